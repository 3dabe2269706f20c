import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture();
});

const publish = (event: string): Promise<void> =>
  fixture.publisher.publish({ channels: ['all'], event, data: null, isPaced: true });

describe('paced publications', () => {
  it('that fit into one slice share the write to each socket', async () => {
    const { writer } = fixture.open('alice');
    for (const event of ['a', 'b', 'c']) {
      void publish(event);
    }
    await turn();
    await turn();
    expect(writer.messages.map(({ event }) => event)).toEqual(['a', 'b', 'c']);
    expect(writer.writes).toHaveLength(1);
  });

  it('are handed out to 500 sessions a turn, in their order', async () => {
    const clients = Array.from({ length: 1200 }, () => fixture.open('alice'));
    const reached = (): number =>
      clients.filter(({ session, writer }) => session.outbox.hasLog || writer.writes.length > 0).length;
    void publish('a');
    void publish('b');
    expect(reached()).toBe(0);
    const turns = [];
    while (clients.some(({ writer }) => writer.messages.length < 2)) {
      await turn();
      turns.push(reached());
    }
    expect(turns.slice(0, 3)).toEqual([500, 1000, 1200]);
    for (const { writer } of clients) {
      expect(writer.messages.map(({ event }) => event)).toEqual(['a', 'b']);
    }
  });

  it('let those who publish faster than sessions are visited wait, in their order', async () => {
    for (let n = 0; n < 1000; n += 1) {
      fixture.open('alice');
    }
    const released: number[] = [];
    for (let n = 0; n < 203; n += 1) {
      void fixture.paced.room().then(() => {
        released.push(n);
        return publish('a');
      });
      await Promise.resolve();
    }
    // 200 times 1,000 visits wait.
    expect(released).toHaveLength(200);
    await turn();
    await turn();
    expect(released).toHaveLength(201);
    for (let turns = 0; turns < 500; turns += 1) {
      await turn();
    }
    expect(released).toEqual(Array.from({ length: 203 }, (_, n) => n));
    let isReleased = false;
    void fixture.paced.room().then(() => (isReleased = true));
    await Promise.resolve();
    expect(isReleased).toBe(true);
  });

  it('go to those who are there when they are published', async () => {
    const before = fixture.open('alice');
    void publish('a');
    const after = fixture.open('bob');
    await turn();
    await turn();
    expect(before.writer.messages).toHaveLength(1);
    expect(after.writer.messages).toHaveLength(0);
  });
});
