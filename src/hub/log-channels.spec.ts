import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture();
});

const CHANNEL = 'chat:ops';

const publish = (seq: number, channels: string[] = []): Promise<void> =>
  fixture.publisher.publish({
    channels,
    event: 'chat.message',
    data: seq,
    position: { log: CHANNEL, seq },
  });

const received = (writer: { messages: { data: unknown }[] }): unknown[] =>
  writer.messages.map(({ data }) => data);

describe('a subscription in two steps', () => {
  it('holds what is published while the history is read, and releases what follows the history', async () => {
    const { session, writer } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    await publish(1);
    await publish(2);
    await publish(3);
    await turn();
    expect(received(writer)).toEqual([]);
    subscription.release(2);
    await publish(4);
    await turn();
    expect(received(writer)).toEqual([3, 4]);
  });

  it('brings nothing again that the history had, however late it is published', async () => {
    const { session, writer } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    fixture.order.follow(CHANNEL, 3);
    subscription.release(3);
    for (const seq of [2, 3, 4]) {
      await publish(seq);
    }
    await turn();
    expect(received(writer)).toEqual([4]);
  });

  it('leaves no hole for one who read less before somebody who read more', async () => {
    const [early, late] = [fixture.open('alice'), fixture.open('bob')];
    const first = fixture.logs.attach(CHANNEL, early.session);
    const second = fixture.logs.attach(CHANNEL, late.session);
    fixture.order.follow(CHANNEL, 6);
    second.release(6);
    await publish(6, ['user:carol']);
    fixture.order.follow(CHANNEL, 5);
    expect(first.follows(5)).toBe(true);
    first.release(5);
    await publish(7);
    await turn();
    expect([received(early.writer), received(late.writer)]).toEqual([[6, 7], [7]]);
  });

  it('says when what is held does not follow the history', async () => {
    const { session } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    await publish(7);
    expect(subscription.follows(5)).toBe(false);
    expect(subscription.follows(6)).toBe(true);
    expect(subscription.follows(7)).toBe(true);
  });

  it('says when more came than it holds', async () => {
    const { session } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    for (let seq = 1; seq <= 1001; seq += 1) {
      await publish(seq);
    }
    expect(subscription.follows(1000)).toBe(false);
    subscription.retry();
    expect(subscription.follows(1000)).toBe(true);
  });

  it('goes on as before when joining again fails', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.logs.attach(CHANNEL, session).release(0);
    await publish(1);
    const again = fixture.logs.attach(CHANNEL, session);
    await publish(2);
    again.cancel();
    await publish(3);
    await turn();
    expect(received(writer)).toEqual([1, 2, 3]);
  });

  it('hands over what was held to one who is reached otherwise, when joining fails', async () => {
    const { session, writer } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session, true);
    await publish(1, ['user:alice']);
    subscription.cancel();
    await publish(2, ['user:alice']);
    await turn();
    expect(received(writer)).toEqual([1, 2]);
  });

  it('subscribes nobody when it is cancelled or ended', async () => {
    const [alice, bob] = [fixture.open('alice'), fixture.open('bob')];
    fixture.logs.attach(CHANNEL, alice.session).cancel();
    const subscription = fixture.logs.attach(CHANNEL, bob.session, true);
    await publish(1);
    subscription.end();
    await publish(2);
    await turn();
    expect([received(alice.writer), received(bob.writer)]).toEqual([[], []]);
    expect(fixture.logs.isFollowed(CHANNEL)).toBe(false);
  });

  it('leaves nothing behind when its session ended meanwhile', () => {
    const { session } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    fixture.hub.close(session);
    subscription.release(0);
    expect(fixture.logs.subscribersOf(CHANNEL).size).toBe(0);
    expect(fixture.logs.isFollowed(CHANNEL)).toBe(false);
  });
});

describe('a numbered publication', () => {
  it('comes once to a session that has joined the log and is named by a channel as well', async () => {
    const [joined, other] = [fixture.open('alice'), fixture.open('alice')];
    fixture.logs.attach(CHANNEL, joined.session).release(0);
    await publish(1, ['user:alice', 'user:bob']);
    await turn();
    expect([received(joined.writer), received(other.writer)]).toEqual([[1], [1]]);
  });

  it('waits with a session that is joining, although a channel names it', async () => {
    const { session, writer } = fixture.open('alice');
    const subscription = fixture.logs.attach(CHANNEL, session);
    await publish(1, ['user:alice']);
    await turn();
    expect(received(writer)).toEqual([]);
    subscription.release(1);
    await turn();
    expect(received(writer)).toEqual([]);
  });
});

describe('a session that ends', () => {
  it('is in no log channel any more', async () => {
    const { session } = fixture.open('alice');
    fixture.logs.attach(CHANNEL, session).release(0);
    fixture.logs.join('presence:bob', session);
    fixture.hub.close(session);
    expect([CHANNEL, 'presence:bob'].map((channel) => fixture.logs.subscribersOf(channel).size)).toEqual([
      0, 0,
    ]);
    fixture.logs.join(CHANNEL, session);
    expect(fixture.logs.subscribersOf(CHANNEL).size).toBe(0);
  });
});
