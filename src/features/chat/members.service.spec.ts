import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { Session } from '../../hub/session.js';
import type { MessageStore } from '../../ports/message-store.port.js';
import type { Member, MemberChange, RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { MemberEvent } from '../../protocol/chat.js';
import { MembersService } from './members.service.js';
import type { RoomFeed } from './room-feed.js';
import type { RoomPresence } from './room-presence.js';
import { Seats } from './seats.js';
import { SendLimits } from './send-limits.js';
import type { TypingService } from './typing.service.js';
import { UnsettledChanges } from './unsettled-changes.js';

const member = (more: Partial<Member>): Member => ({
  user: 'anna',
  role: 'member',
  joinedAt: 1,
  mutedUntil: undefined,
  bannedUntil: undefined,
  read: 0,
  isActive: true,
  ...more,
});

let fixture: HubFixture;
let seats: Seats;
let members: MembersService;
let answers: (() => Promise<unknown>)[];
/** What is in the room's log. */
let entries: Partial<MemberEvent>[];
let published: unknown[];
let memberReads: ((member: Member) => void)[];

beforeEach(() => {
  fixture = new HubFixture();
  seats = new Seats(fixture.hub);
  answers = [];
  entries = [];
  published = [];
  memberReads = [];
  const rooms = {
    changeMember: (_change: MemberChange) => answers.shift()!(),
    member: () => new Promise((resolve) => memberReads.push(resolve)),
  } as unknown as RoomStore;
  const messages = { page: () => Promise.resolve({ messages: entries }) } as unknown as MessageStore;
  const feed = { publish: (entry: unknown) => published.push(entry) } as unknown as RoomFeed;
  const unsettled = new UnsettledChanges(messages, feed, fixture.clock, fixture.metrics);
  unsettled.onApplicationBootstrap();
  members = new MembersService(
    fixture.config,
    rooms,
    feed,
    unsettled,
    seats,
    fixture.logs,
    new SendLimits(fixture.config, fixture.clock),
    { stop: () => {} } as unknown as TypingService,
    { revoke: () => Promise.resolve() } as unknown as RoomPresence,
    fixture.clock,
  );
});

const sitDown = (session: Session, isPending = false): void => {
  seats.take(session, { room: 'ops', kind: 'public', role: 'member', slowModeSeconds: 0, isPending });
  fixture.logs.attach('chat:ops', session).release(0);
};

const kick = (): Promise<unknown> =>
  members.administer({ room: 'ops', user: 'anna', action: 'kicked' }, 'admin');

describe('a kick', () => {
  it('unseats live connections when it is repeated after an attempt that got no answer', async () => {
    const { session, writer } = fixture.open('anna');
    sitDown(session);
    answers = [
      () => Promise.reject(new StoreUnavailable(true)),
      () => Promise.resolve({ outcome: 'unchanged', member: member({ isActive: false }) }),
    ];
    await expect(kick()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(seats.find(session, 'ops')).toBeDefined();
    await kick();
    await turn();
    expect(seats.find(session, 'ops')).toBeUndefined();
    expect(fixture.logs.isFollowed('chat:ops')).toBe(false);
    expect(writer.messages).toEqual([{ event: 'chat.left', data: { room: 'ops', reason: 'kicked' } }]);
  });

  it('unseats one who is about to join, without a word about a room they are not in', async () => {
    const { session, writer } = fixture.open('anna');
    sitDown(session, true);
    answers = [() => Promise.resolve({ outcome: 'unchanged', member: member({ isActive: false }) })];
    await kick();
    await turn();
    expect(seats.find(session, 'ops')).toBeUndefined();
    expect(writer.messages).toEqual([]);
  });

  it('that came too late leaves one in who has been added again', async () => {
    const { session } = fixture.open('anna');
    sitDown(session);
    answers = [() => Promise.resolve({ outcome: 'unchanged', member: member({ role: 'moderator' }) })];
    await kick();
    expect(seats.find(session, 'ops')?.role).toBe('moderator');
  });

  describe('that got no answer', () => {
    const later = async (): Promise<void> => {
      fixture.clock.advance(500);
      await turn();
    };

    let kickedAt: number;

    beforeEach(async () => {
      entries = [{ type: 'member', user: 'anna', action: 'kicked', from: 'moderator', time: 1 }];
      answers = [() => Promise.reject(new StoreUnavailable(true))];
      kickedAt = fixture.clock.epochMs();
      await expect(kick()).rejects.toBeInstanceOf(StoreUnavailable);
    });

    /** The store has the kick after all. */
    const commit = (): void => {
      entries.push({ type: 'member', seq: 2, user: 'anna', action: 'kicked', from: 'admin', time: kickedAt });
    };

    it('is done once the store shows it, and once', async () => {
      const { session, writer } = fixture.open('anna');
      sitDown(session);
      await later();
      expect(published).toEqual([]);
      commit();
      await later();
      memberReads.shift()!(member({ isActive: false }));
      await turn();
      await turn();
      expect(published).toMatchObject([{ seq: 2 }]);
      expect(writer.messages).toEqual([{ event: 'chat.left', data: { room: 'ops', reason: 'kicked' } }]);
      await later();
      expect(memberReads).toEqual([]);
    });

    it('leaves one in who came back while the store was asked', async () => {
      const { session } = fixture.open('anna');
      sitDown(session);
      commit();
      await later();
      sitDown(session);
      memberReads.shift()!(member({ isActive: false }));
      await turn();
      expect(seats.find(session, 'ops')).toBeDefined();
    });

    it('is forgotten when the store rolled it back', async () => {
      const { session } = fixture.open('anna');
      sitDown(session);
      for (let check = 0; check < 130; check += 1) {
        await later();
      }
      commit();
      await later();
      expect(published).toEqual([]);
      expect(seats.find(session, 'ops')).toBeDefined();
    });
  });
});
