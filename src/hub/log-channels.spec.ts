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

describe('an attachment', () => {
  it('holds what is published while the history is read, and releases what follows the history', async () => {
    const { session, writer } = fixture.open('alice');
    const attachment = fixture.logs.attach(CHANNEL, session);
    await publish(1);
    await publish(2);
    await publish(3);
    await turn();
    expect(received(writer)).toEqual([]);
    attachment.release(2);
    await publish(4);
    await turn();
    expect(received(writer)).toEqual([3, 4]);
  });

  it('subscribes nobody when it is cancelled', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.logs.attach(CHANNEL, session).cancel();
    await publish(1);
    await turn();
    expect(received(writer)).toEqual([]);
    expect(fixture.logs.attachmentsOf(CHANNEL).size).toBe(0);
  });

  it('leaves nothing behind when its session ended meanwhile', async () => {
    const { session } = fixture.open('alice');
    const attachment = fixture.logs.attach(CHANNEL, session);
    fixture.hub.close(session);
    attachment.release(0);
    expect(fixture.logs.subscribersOf(CHANNEL).size).toBe(0);
    expect(fixture.logs.attachmentsOf(CHANNEL).size).toBe(0);
  });

  it('says when more came than it holds, and starts over', async () => {
    const { session, writer } = fixture.open('alice');
    const attachment = fixture.logs.attach(CHANNEL, session);
    for (let seq = 1; seq <= 1001; seq += 1) {
      await publish(seq);
    }
    expect(attachment.hasOverflowed).toBe(true);
    attachment.restart();
    await publish(1002);
    attachment.release(1001);
    await turn();
    expect(received(writer)).toEqual([1002]);
  });
});

describe('a numbered publication', () => {
  it('comes once to a session that has joined the log and is named by a channel as well', async () => {
    const [joined, other] = [fixture.open('alice'), fixture.open('alice')];
    fixture.logs.join(CHANNEL, joined.session);
    await publish(1, ['user:alice', 'user:bob']);
    await turn();
    expect([received(joined.writer), received(other.writer)]).toEqual([[1], [1]]);
  });

  it('waits with a session that is joining, although a channel names it', async () => {
    const { session, writer } = fixture.open('alice');
    const attachment = fixture.logs.attach(CHANNEL, session);
    await publish(1, ['user:alice']);
    await turn();
    expect(received(writer)).toEqual([]);
    attachment.release(1);
    await turn();
    expect(received(writer)).toEqual([]);
  });
});

describe('a session that ends', () => {
  it('is in no log channel any more', async () => {
    const { session } = fixture.open('alice');
    fixture.logs.join(CHANNEL, session);
    fixture.logs.join('presence:bob', session);
    fixture.hub.close(session);
    expect([CHANNEL, 'presence:bob'].map((channel) => fixture.logs.subscribersOf(channel).size)).toEqual([
      0, 0,
    ]);
    fixture.logs.join(CHANNEL, session);
    expect(fixture.logs.subscribersOf(CHANNEL).size).toBe(0);
  });
});
