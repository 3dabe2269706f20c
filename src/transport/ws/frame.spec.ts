import { describe, expect, it } from '@jest/globals';
import * as ws from 'ws';
import { frameHeaderLength, textFrame, writeFrameHeader } from './frame.js';

/** Exported by `ws` and not in its types. */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: Record<string, unknown>): Buffer[] };
};

/** A whole text message as `ws` itself would write it. */
const frameOfWs = (data: Buffer): Buffer =>
  Buffer.concat(Sender.frame(data, { fin: true, opcode: 1, mask: false, rsv1: false, readOnly: false }));

describe('text frame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536])('equals the frame of ws at %d bytes', (length) => {
    const text = 'x'.repeat(length);
    const frame = textFrame(text);
    expect(frame.equals(frameOfWs(Buffer.from(text)))).toBe(true);
    expect(frameHeaderLength(length)).toBe(frame.length - length);
  });

  it.each(['é', '€uro', '🙂'.repeat(40), 'ü'.repeat(63), 'a\0b', '\ud800'])('counts %p in bytes', (text) => {
    expect(textFrame(text).equals(frameOfWs(Buffer.from(text)))).toBe(true);
  });

  it('writes a length beyond 32 bits', () => {
    const header = Buffer.alloc(10);
    expect(writeFrameHeader(header, 2 ** 32 + 5)).toBe(10);
    expect([...header]).toEqual([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 5]);
  });
});
