import type { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import type { WebSocket } from 'ws';
import { FakeSocket, FakeWebSocket } from '../../../test/harness/fake.connection.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { SocketWriter } from './socket-writer.js';

function setUp(): { writer: SocketWriter; webSocket: FakeWebSocket; socket: FakeSocket } {
  const [webSocket, socket] = [new FakeWebSocket(), new FakeSocket()];
  const writer = new SocketWriter(
    webSocket as unknown as WebSocket,
    socket as unknown as Socket,
    '192.0.2.1',
  );
  return { writer, webSocket, socket };
}

describe('socket writer', () => {
  it('can write while the connection is open and the socket takes more', () => {
    const { writer, socket } = setUp();
    expect(writer.isWritable).toBe(true);
    socket.writableNeedDrain = true;
    expect(writer.isWritable).toBe(false);
    socket.writableNeedDrain = false;
    expect(writer.isWritable).toBe(true);
  });

  it('writes nothing behind a close frame', () => {
    const { writer, webSocket } = setUp();
    writer.close(CLOSE_REASONS.drain);
    expect(webSocket.closedWith).toEqual({ code: 1012, reason: 'drain' });
    expect(writer.isWritable).toBe(false);
  });

  it('remembers the first reason it ended the connection for', () => {
    const { writer, webSocket } = setUp();
    writer.close(CLOSE_REASONS.slowConsumer);
    writer.terminate('no_progress');
    expect(writer.endedBy).toBe(CLOSE_REASONS.slowConsumer);
    expect(webSocket.isTerminated).toBe(true);
  });

  it('blames nobody while the connection lives', () => {
    expect(setUp().writer.endedBy).toBeUndefined();
  });

  it('hands a buffer to the socket as it is, since others share it', () => {
    const { writer, socket } = setUp();
    const bytes = Buffer.from('x');
    writer.write(bytes);
    expect(socket.writes[0]).toBe(bytes);
  });

  it('writes nothing more, and says so once, until the kernel has taken all that it did not take at once', () => {
    const { writer, socket } = setUp();
    const drained = jest.fn();
    socket.on('drain', drained);
    writer.writePending();
    writer.writePending();
    expect(writer.isWritable).toBe(false);
    writer.writeCompleted(undefined);
    expect(writer.isWritable).toBe(false);
    expect(drained).not.toHaveBeenCalled();
    writer.writeCompleted(undefined);
    expect(writer.isWritable).toBe(true);
    expect(drained).toHaveBeenCalledTimes(1);
  });

  it('breaks the connection when a write fails later on', () => {
    const { writer, socket } = setUp();
    const error = new Error('write EPIPE');
    writer.writePending();
    writer.writeCompleted(error);
    expect(socket.destroyedWith).toBe(error);
  });

  it('keeps the bytes of a write that goes by the stream', () => {
    expect(setUp().writer.write(Buffer.from('x'))).toBe(false);
  });
});
