import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken, testToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

const as = <T extends { set(name: string, value: string): T }>(test: T, token = adminToken()): T =>
  test.set('authorization', `Bearer ${token}`);

const entries = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await as(gateway.rest.get(`/v1/audit${query}`)).expect(200)).body.entries;

describe('the audit log', () => {
  it('says who did what to whom, with counts and without payloads', async () => {
    const alice = await gateway.signIn('alice');
    await as(
      gateway.rest.post('/v1/broadcast').send({ event: 'news', data: { secret: 'canary' } }),
      adminToken('olga'),
    ).expect(202);
    await as(gateway.rest.put('/v1/rooms/ops').send({ kind: 'public' })).expect(200);
    await as(gateway.rest.put('/v1/rooms/ops/members/alice/ban').send({ reason: 'canary' })).expect(200);
    await as(gateway.rest.delete('/v1/users/alice')).expect(200);
    await alice.closed;
    const [disconnect, ban, room, broadcast] = await entries();
    expect(broadcast).toEqual({
      id: expect.any(String),
      time: expect.any(Number),
      actor: 'olga',
      action: expect.stringMatching(/broadcast/),
      target: expect.any(Object),
      outcome: 'done',
      result: expect.objectContaining({ status: 202, matched: { users: 1, connections: 1 } }),
    });
    expect(room).toMatchObject({ actor: 'admin', action: 'rooms.put', target: { room: 'ops' } });
    expect(ban).toMatchObject({ action: 'members.ban', target: { room: 'ops', user: 'alice' } });
    expect(disconnect).toMatchObject({
      action: 'users.disconnect',
      target: { id: 'alice' },
      result: { status: 200, disconnected: 1 },
    });
    expect(JSON.stringify(await entries())).not.toContain('canary');
  });

  it('holds what was refused, too, and not what was only read', async () => {
    const before = (await entries()).length;
    await as(gateway.rest.get('/v1/rooms')).expect(200);
    await as(gateway.rest.delete('/v1/users/bob'), testToken({ sub: 'mallory' })).expect(403);
    await as(gateway.rest.delete('/v1/connections/none')).expect(404);
    await gateway.rest.delete('/v1/users/bob').expect(401);
    const [missing, forbidden, ...older] = await entries();
    expect(older).toHaveLength(before);
    expect(forbidden).toMatchObject({ actor: 'mallory', action: 'users.disconnect', outcome: 'refused' });
    expect(missing).toMatchObject({
      action: 'connections.disconnect',
      outcome: 'refused',
      result: { status: 404 },
    });
  });

  it('is paged and filtered, and needs a scope of its own', async () => {
    const all = await entries();
    const paged = [];
    let query = '?limit=2';
    for (;;) {
      const { body } = await as(gateway.rest.get(`/v1/audit${query}`)).expect(200);
      paged.push(...body.entries);
      if (body.next === null) {
        break;
      }
      query = `?limit=2&before=${body.next}`;
    }
    expect(paged).toEqual(all);
    const bans = await entries('?action=members.ban');
    expect(bans.map(({ action }) => action)).toEqual(['members.ban']);
    const olgas = await entries('?actor=olga');
    expect(olgas.every(({ actor }) => actor === 'olga')).toBe(true);
    await as(gateway.rest.get('/v1/audit'), testToken({ scope: 'broadcast chat' })).expect(403);
    await as(gateway.rest.get('/v1/audit'), testToken({ scope: 'audit' })).expect(200);
  });
});
