import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OPCODE, type ServerFrame } from '../../../test/harness/raw-frame.js';
import { wsPair, type WsPair } from '../../../test/harness/ws-pair.js';
import { textFrame } from './frame.js';

/** What the transport builds on and `ws` does not promise. */
describe('ws', () => {
  it('exists once in the tree', () => {
    const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    const copies = Object.keys(lock.packages).filter((path) => /(^|\/)node_modules\/ws$/.test(path));
    expect(copies).toEqual(['node_modules/ws']);
    const require = createRequire(import.meta.url);
    const adapter = createRequire(require.resolve('@nestjs/platform-ws'));
    expect(adapter.resolve('ws')).toBe(require.resolve('ws'));
  });

  describe('writes of the upgraded socket', () => {
    let pair: WsPair;
    beforeEach(async () => {
      pair = await wsPair();
    });
    afterEach(() => pair.close());

    it('keep their order with what ws sends', async () => {
      const { webSocket, socket, peer } = pair;
      webSocket.send('1');
      socket.write(textFrame('2'));
      webSocket.send('3');
      webSocket.ping('4');
      socket.write(textFrame('5'));
      socket.write(textFrame('6'));
      webSocket.close(1012, 'drain');
      const frames: ServerFrame[] = [];
      while (frames.at(-1)?.opcode !== OPCODE.close) {
        frames.push(await peer.frame());
      }
      expect(frames.slice(0, -1).map(({ payload }) => payload.toString())).toEqual([
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
      ]);
    });

    it('count in the buffered amount of ws, and raise the mark of backpressure', () => {
      const { webSocket, socket, peer } = pair;
      peer.socket.pause();
      expect(webSocket.bufferedAmount).toBe(0);
      const frame = textFrame('x'.repeat(60_000));
      for (let written = 0; written < 1000 && !socket.writableNeedDrain; written += 1) {
        socket.write(frame);
      }
      expect(socket.writableNeedDrain).toBe(true);
      expect(webSocket.bufferedAmount).toBe(socket.writableLength);
      expect(webSocket.bufferedAmount).toBeGreaterThanOrEqual(frame.length);
    });

    it('are not stopped by ws behind a close frame: the writer has to', async () => {
      const { webSocket, socket, peer } = pair;
      webSocket.close(1012, 'drain');
      socket.write(textFrame('late'));
      expect((await peer.frame()).opcode).toBe(OPCODE.close);
      expect((await peer.frame()).payload.toString()).toBe('late');
    });
  });
});
