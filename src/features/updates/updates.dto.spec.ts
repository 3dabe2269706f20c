import { describe, expect, it } from '@jest/globals';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { UpdateDto } from './updates.dto.js';

const UPDATE = { event: 'price', data: null, target: { all: true }, delivery: 'live' };

const check = (fields: object): Promise<unknown> =>
  new BodyValidationPipe().transform({ ...UPDATE, ...fields }, { type: 'body', metatype: UpdateDto });

it('takes the data of an update as it comes, keys with the names of methods too', async () => {
  const data = { toString: 1, nested: [{ valueOf: 2, hasOwnProperty: { isPrototypeOf: 3 } }] };
  expect(await check({ data })).toMatchObject({ data });
});

it('loses no condition of an audience, whatever the claim is called', async () => {
  const target = { audience: { attrs: { plan: ['pro'], valueOf: [1] } } };
  expect(await check({ target })).toMatchObject({ target });
});

describe('the text of an update', () => {
  it.each(['Grüße', '🙂', 'a\nb'])('may be %j', async (text) => {
    const target = { audience: { rolesAny: [text], attrs: { [text]: [text, 1] } } };
    const fields = { event: text, target, except: { users: [text] }, idempotencyKey: text };
    expect(await check(fields)).toMatchObject(fields);
  });

  it.each(['a\0', '\ud800', '\udfff\ud800'])('may not be %j, wherever it stands', async (text) => {
    const places: object[] = [
      { event: text },
      { collapseKey: text },
      { idempotencyKey: text },
      { target: { users: ['a', text] } },
      { target: { audience: { rolesAny: [text] } } },
      { target: { audience: { topicsAny: [text] } } },
      { target: { audience: { attrs: { plan: [text] } } } },
      { target: { audience: { attrs: { [text]: ['pro'] } } } },
      { except: { users: [text] } },
      { except: { connections: [text] } },
    ];
    for (const place of places) {
      await expect(check(place)).rejects.toMatchObject({ status: 400 });
    }
  });
});
