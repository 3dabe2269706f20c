import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { messagesIn } from '../../../test/harness/frames.js';
import { textFrame } from '../ws/frame.js';
import { CodecRegistry } from './codec-registry.js';
import { JsonCodec } from './json.codec.js';

const codec = new JsonCodec();
const allocate = (bytes: number): Buffer => Buffer.alloc(bytes);

/** `depth` lists in one another. */
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('decoding', () => {
  it('reads an envelope', () => {
    expect(codec.decode('{"id":7,"event":"echo","data":{"a":[1,"x",null]}}')).toEqual({
      id: 7,
      event: 'echo',
      data: { a: [1, 'x', null] },
    });
  });

  it('needs neither id nor data', () => {
    expect(codec.decode(' {"event":"ping"} ')).toEqual({ id: undefined, event: 'ping', data: undefined });
  });

  it('gives back what a client wrote, whatever it is', () => {
    const data = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => !/constructor|prototype|__proto__/.test(JSON.stringify(value)));
    const id = fc.oneof(fc.maxSafeInteger(), fc.string({ minLength: 1, maxLength: 64 }));
    const event = fc.string({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(id, event, data, (...[givenId, givenEvent, givenData]) => {
        const text = JSON.stringify({ id: givenId, event: givenEvent, data: givenData });
        const decoded = codec.decode(text);
        if ('event' in decoded) {
          // JSON knows no negative zero.
          expect(JSON.stringify(decoded)).toBe(text);
        } else {
          expect(decoded).toEqual({ fault: 'validation', id: JSON.parse(text).id });
        }
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(codec.decode(text)).toEqual(expect.objectContaining({ id: undefined }));
      }),
    );
  });

  it.each([
    '{',
    'nonsense',
    '{"event":"a"',
    "{'event':'a'}",
    '{"event":"a",}',
    '\u0000',
    'NaN',
    '{"event":"a"}}',
  ])('calls %p broken JSON', (text) => {
    expect(codec.decode(text)).toEqual({ fault: 'bad_json', id: undefined });
  });

  it.each([
    '',
    ' ',
    'null',
    '7',
    '"text"',
    '[]',
    '[{"event":"a"}]',
    '{}',
    '{"event":7}',
    '{"event":""}',
    `{"event":"${'x'.repeat(65)}"}`,
    '{"event":"a","extra":1}',
    '{"Event":"a"}',
  ])('calls %p no envelope', (text) => {
    expect(codec.decode(text)).toEqual({ fault: 'bad_frame', id: undefined });
  });

  it('repeats the id of a message that is no envelope otherwise', () => {
    expect(codec.decode('{"id":7}')).toEqual({ fault: 'bad_frame', id: 7 });
    expect(codec.decode('{"id":"a","event":"x","extra":1}')).toEqual({ fault: 'bad_frame', id: 'a' });
  });

  it.each(['1.5', '9007199254740992', '1e400', 'null', 'true', '""', `"${'x'.repeat(65)}"`, '{}', '[]'])(
    'refuses the id %s and does not repeat it',
    (id) => {
      expect(codec.decode(`{"id":${id},"event":"a"}`)).toEqual({ fault: 'bad_frame', id: undefined });
    },
  );

  describe('limits', () => {
    it('takes 16 levels and refuses 17, the envelope counted', () => {
      expect(codec.decode(`{"event":"a","data":${nested(15)}}`)).toMatchObject({ event: 'a' });
      expect(codec.decode(`{"event":"a","data":${nested(16)}}`)).toEqual({
        fault: 'bad_frame',
        id: undefined,
      });
    });

    it('does not parse what nests a hundred thousand levels', () => {
      expect(codec.decode(nested(100_000))).toEqual({ fault: 'bad_frame', id: undefined });
      expect(codec.decode('['.repeat(100_000))).toEqual({ fault: 'bad_frame', id: undefined });
    });

    it.each([`"${'[{'.repeat(50)}`, `\\"${'['.repeat(50)}`, `\\${'}]'.repeat(50)}"[`])(
      'takes brackets in a text for text: %p',
      (data) => {
        expect(codec.decode(JSON.stringify({ event: 'a', data }))).toMatchObject({ data });
      },
    );

    it('takes brackets behind a text that ends with a backslash for brackets', () => {
      const text = `{"event":"a\\\\","data":${nested(16)}}`;
      expect(JSON.parse(text)).toMatchObject({ event: 'a\\' });
      expect(codec.decode(text)).toEqual({ fault: 'bad_frame', id: undefined });
    });

    it('takes 64 keys and refuses 65, those of the envelope counted', () => {
      const data = (keys: number): object =>
        Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, 1]));
      expect(codec.decode(JSON.stringify({ id: 1, event: 'a', data: data(61) }))).toMatchObject({ id: 1 });
      expect(codec.decode(JSON.stringify({ id: 1, event: 'a', data: data(62) }))).toEqual({
        fault: 'validation',
        id: 1,
      });
    });

    it('counts keys over all objects of a list', () => {
      const data = Array.from({ length: 70 }, () => ({ a: 1 }));
      expect(codec.decode(JSON.stringify({ event: 'a', data }))).toEqual({
        fault: 'validation',
        id: undefined,
      });
    });

    it('takes lists of 10,000 elements and refuses longer ones', () => {
      const text = (length: number): string =>
        JSON.stringify({ event: 'a', data: Array.from({ length }, () => 1) });
      expect(codec.decode(text(10_000))).toMatchObject({ event: 'a' });
      expect(codec.decode(text(10_001))).toEqual({ fault: 'validation', id: undefined });
    });

    it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s at any depth', (key) => {
      for (const data of [`{"${key}":1}`, `[{"a":{"${key}":{"polluted":true}}}]`]) {
        expect(codec.decode(`{"id":1,"event":"a","data":${data}}`)).toEqual({ fault: 'validation', id: 1 });
      }
      expect(codec.decode(`{"id":1,"event":"a","${key}":{}}`)).toEqual({ fault: 'validation', id: 1 });
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    it.each(['1e400', '-1e400', '9007199254740993', '-9007199254740993', '1e21'])(
      'refuses the number %s, which JSON.parse changed in silence',
      (number) => {
        expect(codec.decode(`{"id":1,"event":"a","data":[${number}]}`)).toEqual({
          fault: 'validation',
          id: 1,
        });
      },
    );

    it.each(['9007199254740991', '-9007199254740991', '0.1', '-0', '1e5'])(
      'takes the number %s',
      (number) => {
        expect(codec.decode(`{"event":"a","data":${number}}`)).toMatchObject({ data: Number(number) });
      },
    );
  });
});

describe('encoding', () => {
  it.each([
    ['a reply', codec.encodeReply(7, { a: 1 }), { id: 7, event: 'reply', data: { a: 1 } }],
    ['a reply to a command without id', codec.encodeReply(undefined, 1), { event: 'reply', data: 1 }],
    ['a reply without data', codec.encodeReply('x', undefined), { id: 'x', event: 'reply', data: null }],
    ['a push', codec.encodePush('update', { id: 'u' }), { event: 'update', data: { id: 'u' } }],
    [
      'a refusal',
      codec.encodeError(7, { code: 'internal', message: 'No.', retryable: true }),
      { id: 7, event: 'error', data: { code: 'internal', message: 'No.', retryable: true } },
    ],
  ])('writes %s as one whole frame', (_what, bytes, message) => {
    expect(messagesIn(bytes)).toEqual([message]);
  });

  it('escapes what a client put into its id', () => {
    const id = '"},{"event":"admin';
    expect(messagesIn(codec.encodeReply(id, null))).toEqual([{ id, event: 'reply', data: null }]);
  });

  it('joins elements into what the whole would have been', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1, maxLength: 40 }),
        fc.string(),
        (elements, event) => {
          const joined = codec.joinElements(
            event,
            elements.map((element) => codec.encodeElement(element)),
            allocate,
          );
          const whole = textFrame(JSON.stringify({ event, data: elements }));
          expect(Buffer.compare(joined, whole)).toBe(0);
        },
      ),
    );
  });

  it.each([1, 2, 5000])('joins %d elements of any size', (count) => {
    const elements = Array.from({ length: count }, (_, index) => ({ symbol: `S${index}`, last: '1.5' }));
    const joined = codec.joinElements(
      'quotes',
      elements.map((element) => codec.encodeElement(element)),
      allocate,
    );
    expect(messagesIn(joined)).toEqual([{ event: 'quotes', data: elements }]);
  });

  it('leaves shared elements as they are', () => {
    const element = codec.encodeElement({ a: 1 });
    const before = Buffer.from(element);
    codec.joinElements('quotes', [element, element], allocate);
    expect(Buffer.compare(element, before)).toBe(0);
  });
});

describe('codec registry', () => {
  it('speaks tidegate.v1.json, also to clients that name nothing', () => {
    const registry = new CodecRegistry();
    expect(registry.find('tidegate.v1.json')).toBe(registry.default);
    expect(registry.find('tidegate.v2.json')).toBeUndefined();
  });
});
