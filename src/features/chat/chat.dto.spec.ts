import { describe, expect, it } from '@jest/globals';
import { CommandValidationPipe } from '../../transport/ws/command-validation.pipe.js';
import { EditDto, HistoryDto, JoinDto, ModerateDto, ReadDto, SendDto } from './chat.dto.js';

type Dto = new () => object;

const check = (metatype: Dto, data: object): Promise<unknown> =>
  new CommandValidationPipe().transform({ room: 'ops', ...data }, { type: 'body', metatype });
const refusing = (field: string) => ({ code: 'validation', extras: { fields: [field] } });

describe('the data of chat commands', () => {
  it.each<[Dto, string, object]>([
    [JoinDto, 'since', {}],
    [JoinDto, 'epoch', {}],
    [HistoryDto, 'since', {}],
    [HistoryDto, 'before', {}],
    [ReadDto, 'seq', {}],
    [EditDto, 'target', { body: 'x' }],
  ])('bounds the number of %p: %s', async (dto, field, rest) => {
    const largest = { ...rest, [field]: Number.MAX_SAFE_INTEGER };
    expect(await check(dto, largest)).toMatchObject(largest);
    await expect(check(dto, { ...rest, [field]: 1e30 })).rejects.toMatchObject(refusing(`${field}: max`));
  });

  it.each(['a\0b', '\ud800', 'a\udfff'])('refuses text that no store holds: %j', async (body) => {
    const send = { clientMsgId: 'a', body };
    await expect(check(SendDto, send)).rejects.toMatchObject(refusing('body: matches'));
  });

  it('leaves meta as it came, keys with the names of methods too', async () => {
    const meta = { toString: 1, nested: [{ valueOf: 2, hasOwnProperty: { isPrototypeOf: 3 } }] };
    expect(await check(SendDto, { clientMsgId: 'a', body: 'x', meta })).toMatchObject({ meta });
  });

  it('bounds meta as JSON, in bytes', async () => {
    const send = (text: string) => check(SendDto, { clientMsgId: 'a', body: 'x', meta: { t: text } });
    expect(await send('ü'.repeat(2_044))).toBeDefined();
    await expect(send('ü'.repeat(2_045))).rejects.toMatchObject(refusing('meta: isSmallDocument'));
  });

  it.each([
    { action: 'role', role: 'reader' },
    { action: 'added' },
    { action: 'added', role: 'reader' },
    { action: 'muted', forSeconds: 60 },
    { action: 'banned', forSeconds: 60 },
    { action: 'kicked', reason: 'spam' },
  ])('takes the order %j', async (order) => {
    expect(await check(ModerateDto, { user: 'mia', ...order })).toMatchObject(order);
  });

  it.each([
    [{ action: 'role' }, 'role: isIn'],
    [{ action: 'role', role: null }, 'role: isIn'],
    [{ action: 'added', role: 'king' }, 'role: isIn'],
    [{ action: 'kicked', forSeconds: 60 }, 'forSeconds: onlyWithAnEnd'],
    [{ action: 'role', role: 'reader', forSeconds: 60 }, 'forSeconds: onlyWithAnEnd'],
    [{ action: 'unbanned', forSeconds: 60 }, 'forSeconds: onlyWithAnEnd'],
  ])('refuses the order %j', async (order, field) => {
    await expect(check(ModerateDto, { user: 'mia', ...order })).rejects.toMatchObject(refusing(field));
  });
});
