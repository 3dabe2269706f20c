import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/harness/eventually.js';
import { wsPair, type WsPair } from '../../../test/harness/ws-pair.js';
import { unsentBytes } from './send-progress.js';

let pair: WsPair;
beforeEach(async () => {
  pair = await wsPair();
});
afterEach(() => pair.close());

/** More than the kernel takes for a reader that does not read. */
const UNREAD_BYTES = 48 * 1024 * 1024;
const READ_BYTES = 2 * 1024 * 1024;

describe('progress of a send', () => {
  it('comes from a field that the handle of a socket has', () => {
    const { _handle } = pair.socket as unknown as { _handle: { writeQueueSize: unknown } };
    expect(typeof _handle.writeQueueSize).toBe('number');
    expect(unsentBytes(pair.socket)).toBe(0);
  });

  it('is seen within one buffer, where the length of the stream stands still', async () => {
    const reader = pair.peer.socket.removeAllListeners('data').pause();
    pair.socket.write(Buffer.alloc(UNREAD_BYTES));
    const stuckAt = unsentBytes(pair.socket);
    expect(stuckAt).toBeGreaterThan(READ_BYTES);
    expect(stuckAt).toBeLessThan(UNREAD_BYTES);
    reader.on('data', () => reader.bytesRead > READ_BYTES && reader.pause());
    reader.resume();
    await eventually(() => expect(unsentBytes(pair.socket)).toBeLessThan(stuckAt));
    expect(pair.socket.writableLength).toBe(UNREAD_BYTES);
    reader.removeAllListeners('data').resume();
    await eventually(() => expect(unsentBytes(pair.socket)).toBe(0));
  });

  it('is the length of the stream once the handle is gone', async () => {
    pair.socket.destroy();
    await pair.peer.ended;
    expect(unsentBytes(pair.socket)).toBe(pair.socket.writableLength);
  });
});
