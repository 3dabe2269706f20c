import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { messagePreview } from './message-preview.js';

describe('the preview of a message', () => {
  it('is a short body as it stands', () => {
    expect(messagePreview('see you at nine 🕘')).toBe('see you at nine 🕘');
    expect(messagePreview('')).toBe('');
  });

  it('is the first 80 code points of a longer one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 300 }), (body) => {
        expect(messagePreview(body)).toBe(/^.{0,80}/su.exec(body)![0]);
      }),
    );
  });

  it('does not cut a pair of surrogates in half', () => {
    expect(messagePreview(`${'a'.repeat(79)}🕘🕘`)).toBe(`${'a'.repeat(79)}🕘`);
    expect(messagePreview(`a${'🕘'.repeat(100)}`)).toBe(`a${'🕘'.repeat(79)}`);
  });
});
