import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture } from '../../test/harness/hub-fixture.js';
import type { UserPresence } from '../protocol/chat.js';
import { Presence } from './presence.js';

let fixture: HubFixture;
let presence: Presence;
let changes: { presence: UserPresence; channels: readonly string[] }[];

beforeEach(() => {
  fixture = new HubFixture({ PRESENCE_GRACE_MS: '10000' });
  presence = new Presence(fixture.config, fixture.hub, fixture.clock);
  changes = [];
  presence.listen((change, channels) => changes.push({ presence: change, channels }));
  presence.onApplicationBootstrap();
});

const online = { presence: { user: 'alice', online: true }, channels: [] };

describe('presence', () => {
  it('begins with the first device and ends a grace time after the last', () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    fixture.hub.close(phone.session);
    fixture.clock.advance(60_000);
    expect(changes).toEqual([online]);
    fixture.logs.join('chat:ops', desktop.session);
    fixture.hub.close(desktop.session);
    const lastSeen = fixture.clock.epochMs();
    fixture.clock.advance(9999);
    expect(presence.of('alice')).toEqual({ user: 'alice', online: true });
    fixture.clock.advance(251);
    const offline = { user: 'alice', online: false, lastSeen };
    expect(changes).toEqual([online, { presence: offline, channels: ['chat:ops'] }]);
    expect(presence.of('alice')).toEqual(offline);
  });

  it('does not flicker when a user comes back in time', () => {
    fixture.hub.close(fixture.open('alice').session);
    fixture.clock.advance(5000);
    fixture.open('alice');
    fixture.clock.advance(60_000);
    expect(changes).toEqual([online]);
  });

  it('counts the grace time from the last leave', () => {
    fixture.hub.close(fixture.open('alice').session);
    fixture.clock.advance(8000);
    fixture.hub.close(fixture.open('alice').session);
    fixture.clock.advance(8000);
    expect(presence.of('alice').online).toBe(true);
    fixture.clock.advance(2250);
    expect(presence.of('alice').online).toBe(false);
  });

  it('ends in every room a device of the user was in when it left, and begins anew', () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    fixture.logs.join('chat:ops', phone.session);
    fixture.logs.join('presence:bob', phone.session);
    fixture.hub.close(phone.session);
    fixture.logs.join('chat:dev', desktop.session);
    fixture.hub.close(desktop.session);
    fixture.clock.advance(10_250);
    expect(changes.at(-1)!.channels).toEqual(['chat:ops', 'chat:dev']);
    fixture.hub.close(fixture.open('alice').session);
    fixture.clock.advance(10_250);
    expect(changes).toHaveLength(4);
    expect(changes.at(-1)!.channels).toEqual([]);
  });

  it('keeps no more rooms of a user than it must', () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    for (let room = 0; room < 300; room += 1) {
      fixture.logs.join(`chat:a${room}`, phone.session);
      fixture.logs.join(`chat:b${room}`, desktop.session);
    }
    fixture.hub.close(phone.session);
    fixture.hub.close(desktop.session);
    fixture.clock.advance(10_250);
    expect(changes.at(-1)!.channels).toHaveLength(500);
  });

  it('knows nothing of strangers', () => {
    fixture.open();
    expect(presence.of('nobody')).toEqual({ user: 'nobody', online: false });
    expect(changes).toEqual([]);
  });

  it('ends for everybody in their turn', () => {
    const users = ['alice', 'bob', 'carol'];
    for (const user of users) {
      fixture.hub.close(fixture.open(user).session);
      fixture.clock.advance(1000);
    }
    fixture.clock.advance(20_000);
    expect(
      changes.filter(({ presence: { online: isOnline } }) => !isOnline).map((c) => c.presence.user),
    ).toEqual(users);
  });
});
