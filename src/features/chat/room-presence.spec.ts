import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import { Presence } from '../../hub/presence.js';
import type { Session } from '../../hub/session.js';
import type { RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { RoomPresence } from './room-presence.js';
import { Seats } from './seats.js';

let fixture: HubFixture;
let seats: Seats;
let presence: RoomPresence;
/** Who has written to the asker. */
let peers: string[];
let isAway: boolean;

beforeEach(() => {
  Logger.overrideLogger(false);
  fixture = new HubFixture();
  seats = new Seats(fixture.hub);
  peers = [];
  isAway = false;
  const rooms = {
    peersOf: () => (isAway ? Promise.reject(new StoreUnavailable()) : Promise.resolve(peers)),
  } as unknown as RoomStore;
  const online = new Presence(fixture.config, fixture.hub, fixture.clock);
  presence = new RoomPresence(online, fixture.publisher, rooms, seats, fixture.logs);
});

const sit = (user: string, room: string, isPending = false): Session => {
  const { session } = fixture.open(user);
  seats.take(session, { room, kind: 'private', role: 'member', slowModeSeconds: 0, isPending });
  return session;
};

describe('the presence of users', () => {
  it('is shown of peers and of who sits in the same room', async () => {
    const alice = sit('alice', 'ops');
    sit('bob', 'ops');
    fixture.open('carol');
    fixture.open('dave');
    peers = ['carol'];
    expect(await presence.ofUsers(alice, ['bob', 'carol', 'dave'], false)).toEqual([
      { user: 'bob', online: true },
      { user: 'carol', online: true },
      { user: 'dave', online: false },
    ]);
  });

  it('is not shown to who is only about to join, nor of them', async () => {
    const alice = sit('alice', 'ops', true);
    const bob = sit('bob', 'ops');
    expect(await presence.ofUsers(alice, ['bob'], false)).toEqual([{ user: 'bob', online: false }]);
    expect(await presence.ofUsers(bob, ['alice'], false)).toEqual([{ user: 'alice', online: false }]);
    expect(() => presence.ofRoom(alice, 'ops')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it('is not told room by room in a crowd', () => {
    const alice = sit('alice', 'ops');
    for (let others = 0; others < 199; others += 1) {
      sit('bob', 'ops');
    }
    expect(presence.ofRoom(alice, 'ops')).toHaveLength(2);
    sit('bob', 'ops');
    expect(() => presence.ofRoom(alice, 'ops')).toThrow(expect.objectContaining({ code: 'limit_exceeded' }));
  });
});

describe('a watch', () => {
  const watching = async (): Promise<Session> => {
    const alice = sit('alice', 'ops');
    seats.take(alice, { room: 'dev', kind: 'private', role: 'member', slowModeSeconds: 0 });
    sit('bob', 'ops');
    sit('carol', 'dev');
    peers = ['dave'];
    await presence.ofUsers(alice, ['bob', 'bob', 'carol', 'dave'], true);
    expect([...alice.joinedChannels]).toEqual(['presence:bob', 'presence:carol', 'presence:dave']);
    seats.leave(alice, 'ops');
    return alice;
  };

  it('ends with the room that allowed it; other rooms and direct rooms uphold theirs', async () => {
    const alice = await watching();
    await presence.revoke(alice);
    expect([...alice.joinedChannels]).toEqual(['presence:carol', 'presence:dave']);
    expect(fixture.logs.subscribersOf('presence:bob').size).toBe(0);
  });

  it('ends as well where the store cannot say that it may stand', async () => {
    const alice = await watching();
    isAway = true;
    await presence.revoke(alice);
    expect([...alice.joinedChannels]).toEqual(['presence:carol']);
  });
});
