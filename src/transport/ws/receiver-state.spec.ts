import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/harness/eventually.js';
import { OPCODE, rawFrame } from '../../../test/harness/raw-frame.js';
import { wsPair, type WsPair } from '../../../test/harness/ws-pair.js';
import { hasUnfinishedMessage } from './receiver-state.js';

let pair: WsPair;
beforeEach(async () => {
  pair = await wsPair();
});
afterEach(() => pair.close());

const becomes = (expected: boolean): Promise<void> =>
  eventually(() => expect(hasUnfinishedMessage(pair.webSocket)).toBe(expected));

/** Sends a whole message and waits until the server has read it, and everything before. */
async function sendWhole(): Promise<void> {
  const read = new Promise((resolve) => pair.webSocket.once('message', resolve));
  pair.peer.send(rawFrame('whole'));
  await read;
}

describe('the receiver of ws', () => {
  it('has the private fields that are read, as numbers', () => {
    const { _receiver } = pair.webSocket as unknown as { _receiver: Record<string, unknown> };
    const { _state, _fragmented, _bufferedBytes } = _receiver;
    expect({ _state, _fragmented, _bufferedBytes }).toEqual({ _state: 0, _fragmented: 0, _bufferedBytes: 0 });
  });

  it('owes nothing before, between and after whole messages', async () => {
    expect(hasUnfinishedMessage(pair.webSocket)).toBe(false);
    await sendWhole();
    await becomes(false);
    await sendWhole();
    await becomes(false);
  });

  const frame = rawFrame('x'.repeat(300));
  it.each([
    ['one byte of a header', 1],
    ['a header without its length', 2],
    ['a header without its mask', 4],
    ['a header without payload', 8],
    ['half of the payload', 150],
    ['all but one byte', frame.length - 1],
  ])('is owed the rest after %s', async (_what, length) => {
    await sendWhole();
    pair.peer.send(frame.subarray(0, length));
    await becomes(true);
    pair.peer.send(frame.subarray(length));
    await becomes(false);
  });

  it('is owed the rest of a fragmented message, also between its frames', async () => {
    pair.peer.send(rawFrame('first', { fin: false }));
    await becomes(true);
    pair.peer.send(rawFrame('', { opcode: OPCODE.ping }));
    await new Promise((resolve) => pair.webSocket.once('ping', resolve));
    expect(hasUnfinishedMessage(pair.webSocket)).toBe(true);
    pair.peer.send(rawFrame('last', { opcode: OPCODE.continuation }));
    await becomes(false);
  });
});

it('knows nothing of a socket without a receiver', () => {
  expect(hasUnfinishedMessage({} as WsPair['webSocket'])).toBe(false);
});
