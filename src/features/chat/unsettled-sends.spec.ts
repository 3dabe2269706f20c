import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { MessageStore, NewMessage } from '../../ports/message-store.port.js';
import type { RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { ChatMessage } from '../../protocol/chat.js';
import { RoomFeed } from './room-feed.js';
import { UnsettledSends } from './unsettled-sends.js';

const draft = (clientMsgId: string): NewMessage => ({
  room: 'ops',
  from: 'alice',
  clientMsgId,
  id: clientMsgId,
  time: 1,
  body: 'hello',
  sentBody: 'hello',
  isSystem: false,
});

const stored = (clientMsgId: string, seq: number): ChatMessage => ({
  type: 'message',
  room: 'ops',
  seq,
  id: clientMsgId,
  from: 'alice',
  clientMsgId,
  time: 1,
  body: 'hello',
});

let fixture: HubFixture;
let sends: UnsettledSends;
let committed: Map<string, ChatMessage>;
let isAway: boolean;
let lookups: number;

beforeEach(() => {
  Logger.overrideLogger(false);
  fixture = new HubFixture();
  committed = new Map();
  isAway = false;
  lookups = 0;
  const store = {
    findSend: ({ clientMsgId }: NewMessage) => {
      lookups += 1;
      const message = committed.get(clientMsgId);
      return isAway
        ? Promise.reject(new StoreUnavailable())
        : Promise.resolve(message && { outcome: 'duplicate', message });
    },
  } as unknown as MessageStore;
  const feed = new RoomFeed(fixture.publisher, {} as RoomStore, store, fixture.order);
  sends = new UnsettledSends(store, feed, fixture.clock, fixture.metrics);
  sends.onApplicationBootstrap();
});

const published = (writer: { messages: { data: { clientMsgId: string } }[] }): string[] =>
  writer.messages.map(({ data }) => data.clientMsgId);

const later = async (ms: number): Promise<void> => {
  fixture.clock.advance(ms);
  await turn();
  await turn();
};

describe('a send whose commit was under way when the store was lost', () => {
  it('is published once the store shows that it happened', async () => {
    const { session, writer } = fixture.open('bob');
    fixture.logs.attach('chat:ops', session).release(0);
    sends.add(draft('m1'));
    isAway = true;
    await later(1000);
    isAway = false;
    await later(500);
    expect(published(writer)).toEqual([]);
    committed.set('m1', stored('m1', 1));
    await later(500);
    await later(5000);
    expect(published(writer)).toEqual(['m1']);
    expect(lookups).toBe(3);
  });

  it('is forgotten when it has not shown after a minute', async () => {
    sends.add(draft('m1'));
    await later(60_000);
    await later(500);
    await later(500);
    const before = lookups;
    await later(5000);
    expect(lookups).toBe(before);
  });

  it('is settled by the retry of its sender, who then publishes it', async () => {
    sends.add(draft('m1'));
    expect(sends.settle(stored('m1', 1))).toBe(true);
    expect(sends.settle(stored('m1', 1))).toBe(false);
    await later(1000);
    expect(lookups).toBe(0);
  });
});
