import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import type { Session } from '../../hub/session.js';
import type { RoomStore } from '../../ports/room-store.port.js';
import type { Role } from '../../protocol/chat.js';
import { Seats } from './seats.js';
import { TypingService } from './typing.service.js';

let fixture: HubFixture;
let seats: Seats;
let typing: TypingService;
let published: unknown[];

beforeEach(() => {
  fixture = new HubFixture({ CHAT_TYPING_INTERVAL_MS: '500' });
  seats = new Seats(fixture.hub);
  const rooms = { find: () => Promise.resolve({ peers: ['alice', 'bob'] }) } as unknown as RoomStore;
  typing = new TypingService(fixture.config, fixture.hub, fixture.publisher, rooms, seats, fixture.clock);
  typing.onApplicationBootstrap();
  published = [];
  fixture.broker.receive((publication) => {
    if (publication.kind === 'log') {
      published.push(publication.data);
    }
  });
});

const sit = (session: Session, room: string, role: Role = 'member'): Session => {
  seats.take(session, { room, kind: 'public', role, slowModeSeconds: 0 });
  return session;
};

const types = (user: string, room: string, isTyping: boolean): object => ({ room, user, typing: isTyping });

describe('typing', () => {
  it('ends in all rooms with the connection, and of that one alone', async () => {
    const [alice, bob] = [fixture.open('alice').session, fixture.open('bob').session];
    await typing.start(sit(alice, 'ops'), 'ops');
    await typing.start(sit(alice, 'dev'), 'dev');
    await typing.start(alice, 'dm:x');
    await typing.start(sit(bob, 'ops'), 'ops');
    published = [];
    fixture.hub.close(alice);
    expect(published).toEqual(['ops', 'dev', 'dm:x'].map((room) => types('alice', room, false)));
    fixture.clock.advance(60_000);
    expect(published.slice(3)).toEqual([types('bob', 'ops', false)]);
    expect((typing as unknown as { active: Map<unknown, unknown> }).active.size).toBe(0);
  });

  it('is not for readers, also for one who was made a reader meanwhile', async () => {
    const { session } = fixture.open('alice');
    await expect(typing.start(sit(session, 'ops', 'reader'), 'ops')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await typing.start(sit(session, 'ops'), 'ops');
    seats.change('ops', { role: 'reader' }, 'alice');
    await expect(typing.start(session, 'ops')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is told to nobody in a crowd', async () => {
    const { session } = fixture.open('alice');
    sit(session, 'ops');
    for (let others = 0; others < 200; others += 1) {
      sit(fixture.open('bob').session, 'ops');
    }
    await typing.start(session, 'ops');
    typing.stop(session, 'ops');
    expect(published).toEqual([]);
    seats.leave([...seats.sessionsIn('ops')].at(-1)!, 'ops');
    await typing.start(session, 'ops');
    expect(published).toEqual([types('alice', 'ops', true)]);
  });
});
