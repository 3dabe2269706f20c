import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { Session } from '../../hub/session.js';
import type { Member, MemberChange, RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
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

beforeEach(() => {
  fixture = new HubFixture();
  seats = new Seats(fixture.hub);
  answers = [];
  const rooms = {
    changeMember: (_change: MemberChange) => answers.shift()!(),
  } as unknown as RoomStore;
  const feed = { publish: () => {} } as unknown as RoomFeed;
  members = new MembersService(
    fixture.config,
    rooms,
    feed,
    new UnsettledChanges(feed, fixture.clock),
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
});
