import { describe, expect, it } from '@jest/globals';
import { CodecRegistry } from '../codec/codec-registry.js';
import { parseSubprotocols, selectSubprotocol } from './subprotocols.js';
import { UpgradeRefused } from './upgrade-refused.js';

const codecs = new CodecRegistry();
const OURS = 'tidegate.v1.json';

describe('subprotocols', () => {
  it('fall back to the default codec where the client offers none', () => {
    expect(parseSubprotocols(undefined, codecs)).toEqual({
      selected: undefined,
      codec: codecs.default,
      token: undefined,
    });
  });

  it.each([
    OURS,
    `${OURS}, bearer.abc`,
    `bearer.abc, ${OURS}`,
    `chat, ${OURS}`,
    `tidegate.v9.json,${OURS}`,
    `bearer.abc,chat ,  ${OURS}`,
  ])('select ours from %p and never the token', (header) => {
    expect(parseSubprotocols(header, codecs)).toMatchObject({ selected: OURS, codec: codecs.default });
    expect(selectSubprotocol(header.split(/ *, */), codecs)).toBe(OURS);
  });

  it('hand over the token as it stands', () => {
    expect(parseSubprotocols(`${OURS}, bearer.a-b_c.D.e`, codecs).token).toBe('a-b_c.D.e');
    expect(parseSubprotocols(OURS, codecs).token).toBeUndefined();
  });

  it('select another version of ours without a codec, so that the client can be told', () => {
    expect(parseSubprotocols('tidegate.v2.json, bearer.abc', codecs)).toEqual({
      selected: 'tidegate.v2.json',
      codec: undefined,
      token: 'abc',
    });
  });

  it.each([
    ['nothing but a token', 'bearer.abc'],
    ['a protocol that is not ours', 'graphql-ws'],
    ['ours in another case', 'Tidegate.v1.json'],
    ['two tokens', `${OURS}, bearer.a, bearer.b`],
    ['the same name twice', `${OURS}, ${OURS}`],
    ['an empty name', `${OURS},,chat`],
    ['an empty header', ''],
    ['a name that is no token', `${OURS}, a b`],
    ['a character that is no token', `${OURS}, bearer.a/b`],
    ['a name that is not ASCII', `${OURS}, ü`],
    [
      'more names than anybody needs',
      [OURS, ...Array.from({ length: 16 }, (_, index) => `p${index}`)].join(),
    ],
  ])('are refused with 400: %s', (_what, header) => {
    expect(() => parseSubprotocols(header, codecs)).toThrow(
      expect.objectContaining({ constructor: UpgradeRefused, status: 400, reason: 'subprotocol' }),
    );
  });
});
