import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../test/harness/eventually.js';
import { FakeSocket } from '../../../test/harness/fake.connection.js';
import { OPCODE, rawFrame } from '../../../test/harness/raw-frame.js';
import { wsPair, type WsPair } from '../../../test/harness/ws-pair.js';
import { textFrame } from './frame.js';
import { hasUnfinishedMessage, unsentBytes, writeDirectly } from './private-fields.js';

let pair: WsPair;
beforeEach(async () => {
  pair = await wsPair();
});
afterEach(() => pair.close());

/** More than the kernel takes for a reader that does not read. */
const UNREAD_BYTES = 48 * 1024 * 1024;
const READ_BYTES = 2 * 1024 * 1024;

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

describe('a direct write', () => {
  class Listener {
    pending = 0;
    completed: (Error | undefined)[] = [];

    writePending(): void {
      this.pending += 1;
    }

    writeCompleted(error: Error | undefined): void {
      this.completed.push(error);
    }
  }
  let listener: Listener;
  const write = (bytes: Buffer): boolean | undefined => writeDirectly(pair.socket, bytes, listener);

  beforeEach(() => {
    listener = new Listener();
    // The first of a process goes by the stream.
    expect(write(textFrame('first'))).toBeDefined();
  });

  it('comes from what the handle of a socket has, and passes its stream', async () => {
    const { _handle } = pair.socket as unknown as { _handle: Record<string, unknown> };
    expect(typeof _handle['writeBuffer']).toBe('function');
    expect(Object.hasOwn(_handle, 'writeBuffer')).toBe(false);
    const streamed = jest.spyOn(pair.socket, 'write');
    expect(write(textFrame('second'))).toBe(true);
    expect(streamed).not.toHaveBeenCalled();
    expect((await pair.peer.frame()).payload.toString()).toBe('first');
    expect((await pair.peer.frame()).payload.toString()).toBe('second');
    expect(listener.pending).toBe(0);
  });

  it('keeps its order with what goes by the stream', async () => {
    const sent = ['first'];
    for (let number = 0; number < 30; number += 3) {
      write(textFrame(String(number)));
      pair.socket.write(textFrame(String(number + 1)));
      pair.webSocket.send(String(number + 2));
      sent.push(String(number), String(number + 1), String(number + 2));
    }
    for (const text of sent) {
      expect((await pair.peer.frame()).payload.toString()).toBe(text);
    }
  });

  it('says when the kernel did not take all of it, and when it did; every byte arrives', async () => {
    const reader = pair.peer.socket.removeAllListeners('data').pause();
    const bytes = Buffer.alloc(UNREAD_BYTES, 'tidegate');
    expect(write(bytes)).toBe(false);
    expect(listener).toMatchObject({ pending: 1, completed: [] });
    // Behind it in the same queue, with a request of its own.
    expect(write(Buffer.from('last'))).toBe(false);
    expect(listener).toMatchObject({ pending: 2, completed: [] });
    const hash = createHash('sha256');
    let received = 0;
    reader.on('data', (chunk: Buffer) => {
      received += chunk.length;
      hash.update(chunk);
    });
    reader.resume();
    await eventually(() => expect(received).toBe(textFrame('first').length + UNREAD_BYTES + 'last'.length));
    const expected = createHash('sha256').update(textFrame('first')).update(bytes).update('last');
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
    await eventually(() => expect(listener.completed).toEqual([undefined, undefined]));
  });

  it('fails with the connection', async () => {
    pair.peer.socket.removeAllListeners('data').pause();
    write(Buffer.alloc(UNREAD_BYTES));
    pair.peer.socket.resetAndDestroy();
    await eventually(() => expect(listener.completed).toHaveLength(1));
    expect(listener.completed[0]?.message).toMatch(/^write E/);
  });

  it('is left to the stream while the stream holds bytes', () => {
    pair.peer.socket.removeAllListeners('data').pause();
    pair.socket.write(Buffer.alloc(UNREAD_BYTES));
    expect(write(textFrame('behind'))).toBeUndefined();
  });

  it('is left to the stream of a socket that is gone', async () => {
    pair.socket.destroy();
    await pair.peer.ended;
    expect(write(textFrame('late'))).toBeUndefined();
  });

  it.each([
    ['of another class, such as TLS', new FakeSocket()],
    ['whose handle has no such method', withHandle({ writeQueueSize: 0 })],
  ])('is left to the stream of a socket %s', (_what, socket) => {
    expect(writeDirectly(socket as unknown as Socket, textFrame('x'), listener)).toBeUndefined();
  });

  it('never uses a request again that libuv has taken, although nothing is left in its queue', () => {
    const requests: { getAsyncId: () => number; oncomplete(status: number): void }[] = [];
    const handle = {
      writeQueueSize: 0,
      writeBuffer: (request: (typeof requests)[number]) => {
        requests.push(request);
        // What a partial write followed by room for the rest looks like from here.
        request.getAsyncId = () => 7;
        return 0;
      },
    };
    expect(writeDirectly(withHandle(handle), textFrame('x'), listener)).toBe(false);
    expect(writeDirectly(withHandle(handle), textFrame('y'), listener)).toBe(false);
    expect(requests[1]).not.toBe(requests[0]);
    expect(listener).toMatchObject({ pending: 2, completed: [] });
    requests.forEach((request) => request.oncomplete(0));
    expect(listener.completed).toEqual([undefined, undefined]);
  });

  it('survives large writes to readers that make room meanwhile', async () => {
    const bytes = Buffer.alloc(1024 * 1024, 'tidegate');
    let received = 0;
    pair.peer.socket.removeAllListeners('data').on('data', (chunk: Buffer) => (received += chunk.length));
    const due = textFrame('first').length + 60 * bytes.length;
    for (let round = 0; round < 20; round += 1) {
      [1, 2, 3].forEach(() => write(bytes));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(received).toBe(due));
  });

  it('is left to the stream when the kernel refuses it', () => {
    const socket = withHandle({ writeQueueSize: 0, writeBuffer: () => -32 });
    expect(writeDirectly(socket, textFrame('x'), listener)).toBeUndefined();
  });
});

function withHandle(handle: object): Socket {
  return Object.assign(new Socket(), { _handle: handle });
}
