import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { ConnectionsService } from './connections.service.js';

let fixture: HubFixture;
let connections: ConnectionsService;
beforeEach(() => {
  fixture = new HubFixture();
  connections = new ConnectionsService(fixture.hub, fixture.merges);
});

describe('the list of connections', () => {
  it('shows who is connected, strangers included, and what they subscribe', () => {
    const { session } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    fixture.open();
    expect(connections.page(0, 10)).toEqual({
      total: 2,
      connections: [
        expect.objectContaining({ id: session.id, user: 'alice', address: '192.0.2.1', symbols: ['A'] }),
        expect.objectContaining({ user: null, expiresAt: null, symbols: [] }),
      ],
      next: null,
    });
  });

  it('comes in pages that hold while connections come and go', () => {
    const sessions = Array.from({ length: 5 }, () => fixture.open('alice').session);
    const first = connections.page(0, 2);
    expect(first.connections.map(({ id }) => id)).toEqual(sessions.slice(0, 2).map(({ id }) => id));
    fixture.hub.close(sessions[0]!);
    fixture.hub.close(sessions[2]!);
    const late = fixture.open('bob').session;
    const second = connections.page(first.next!, 2);
    expect(second.connections.map(({ id }) => id)).toEqual([sessions[3]!.id, sessions[4]!.id]);
    const third = connections.page(second.next!, 2);
    expect(third).toMatchObject({ total: 4, connections: [{ id: late.id }], next: null });
  });

  it('has no next page where the last one is exactly full', () => {
    fixture.open('alice');
    fixture.open('alice');
    expect(connections.page(0, 2).next).toBeNull();
  });
});

describe('disconnecting', () => {
  it('ends one connection', () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    expect(connections.disconnect(phone.session.id)).toBe(1);
    expect(phone.writer.closedWith).toBe(CLOSE_REASONS.disconnected);
    expect(desktop.writer.closedWith).toBeUndefined();
    expect(connections.disconnect('unknown')).toBe(0);
  });

  it('ends all connections of a user and of nobody else', () => {
    const clients = ['alice', 'alice', 'bob'].map((user) => fixture.open(user));
    expect(connections.disconnectUser('alice')).toBe(2);
    expect(clients.map(({ writer }) => writer.closedWith?.code)).toEqual([3003, 3003, undefined]);
    expect(connections.disconnectUser('nobody')).toBe(0);
  });
});
