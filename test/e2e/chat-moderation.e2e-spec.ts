import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Envelope, TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

const call = (
  method: 'put' | 'post' | 'delete',
  path: string,
  body: object = {},
): ReturnType<typeof gateway.rest.put> =>
  gateway.rest[method](`/v1/rooms/${path}`).set('authorization', `Bearer ${adminToken()}`).send(body);

let rooms = 0;
let room: string;
let [olga, mike, anna]: [TestClient, TestClient, TestClient] = [] as never;
let sends = 0;

const send = (client: TestClient): Promise<Envelope> => {
  sends += 1;
  return client.request('chat.send', { room, clientMsgId: `s${sends}`, body: 'hello' });
};

beforeEach(async () => {
  rooms += 1;
  room = `room-${rooms}`;
  await call('put', room, { kind: 'public', owner: 'olga' }).expect(200);
  await call('put', `${room}/members/mike`, { role: 'moderator' }).expect(200);
  await call('put', `${room}/members/anna`, { role: 'member' }).expect(200);
  [olga, mike, anna] = await Promise.all([
    gateway.signIn('olga'),
    gateway.signIn('mike'),
    gateway.signIn('anna'),
  ]);
  for (const client of [olga, mike, anna]) {
    await client.request('chat.join', { room });
  }
});

const moderate = (client: TestClient, order: Record<string, unknown>): Promise<Envelope> =>
  client.request('chat.moderate', { room, ...order });

describe('a kick', () => {
  it('ends the seat of live connections at once; a public room takes its member back', async () => {
    const tablet = await gateway.signIn('anna');
    await tablet.request('chat.join', { room });
    expect((await moderate(mike, { user: 'anna', action: 'kicked', reason: 'spam' })).data.seq).toEqual(
      expect.any(Number),
    );
    for (const device of [anna, tablet]) {
      expect((await device.next('chat.left')).data).toEqual({ room, reason: 'kicked' });
      expect((await send(device)).data.code).toBe('forbidden');
    }
    const isKick = ({ event, data }: Envelope): boolean =>
      event === 'chat.member' && data.action === 'kicked';
    expect((await olga.nextMatching(isKick)).data).toMatchObject({
      from: 'mike',
      user: 'anna',
      reason: 'spam',
    });
    await send(olga);
    await anna.request('ping');
    expect(anna.received.filter(({ event }) => event === 'chat.message')).toEqual([]);
    expect((await anna.request('chat.join', { room })).event).toBe('reply');
    expect((await send(anna)).event).toBe('reply');
  });
});

describe('a ban', () => {
  it('keeps a user out until it is lifted', async () => {
    await call('put', `${room}/members/anna/ban`, { reason: 'abuse' }).expect(200);
    expect((await anna.next('chat.left')).data.reason).toBe('banned');
    expect((await anna.request('chat.join', { room })).data.code).toBe('forbidden');
    await call('delete', `${room}/members/anna/ban`).expect(200);
    expect((await anna.request('chat.join', { room })).event).toBe('reply');
  });
});

describe('a mute', () => {
  it('lets a member read and not write, at once, and ends', async () => {
    const muted = await call('put', `${room}/members/anna/mute`, { forSeconds: 3600 }).expect(200);
    expect(muted.body).toMatchObject({ user: 'anna', isActive: true, mutedUntil: expect.any(Number) });
    const refusal = await send(anna);
    expect(refusal.data).toMatchObject({ code: 'muted', retryAfterMs: expect.any(Number) });
    await send(olga);
    expect((await anna.next('chat.message')).data.from).toBe('olga');
    await moderate(mike, { user: 'anna', action: 'unmuted' });
    expect((await send(anna)).event).toBe('reply');
  });

  it('does not change the answer to a message that was stored before', async () => {
    const message = { room, clientMsgId: 'before-the-mute', body: 'said' };
    const { data: first } = await anna.request('chat.send', message);
    await moderate(mike, { user: 'anna', action: 'muted' });
    expect((await anna.request('chat.send', message)).data).toEqual({ ...first, duplicate: true });
  });
});

describe('rights', () => {
  it('end at those above and beside', async () => {
    const codes = [
      await moderate(anna, { user: 'mike', action: 'kicked' }),
      await moderate(mike, { user: 'olga', action: 'banned' }),
      await moderate(mike, { user: 'anna', action: 'role', role: 'owner' }),
      await moderate(anna, { user: 'anna', action: 'role', role: 'moderator' }),
    ].map(({ data }) => data.code);
    expect(codes).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden']);
    expect((await moderate(olga, { user: 'anna', action: 'role', role: 'moderator' })).event).toBe('reply');
    const stranger = await gateway.signIn('stranger');
    expect((await moderate(stranger, { user: 'anna', action: 'kicked' })).data.code).toBe('forbidden');
  });

  it('of a reader are to read', async () => {
    await call('put', `${room}/members/anna`, { role: 'reader' }).expect(200);
    expect((await send(anna)).data.code).toBe('forbidden');
    await send(olga);
    expect((await anna.next('chat.message')).data.from).toBe('olga');
  });

  it('let a moderator delete what a member wrote', async () => {
    const { data } = await send(anna);
    const deleted = await mike.request('chat.delete', { room, target: data.seq });
    expect(deleted.data.seq).toBe(data.seq + 1);
  });
});

describe('slow mode', () => {
  it('holds members and lets moderators pass, at once on open seats', async () => {
    await call('put', room, { slowModeSeconds: 60 }).expect(200);
    expect((await send(anna)).event).toBe('reply');
    const slow = await send(anna);
    expect(slow.data).toMatchObject({ code: 'slow_mode', retryable: true });
    expect(slow.data.retryAfterMs).toBeGreaterThan(50_000);
    expect((await send(mike)).event).toBe('reply');
    expect((await send(mike)).event).toBe('reply');
    const repeated = await anna.request('chat.send', { room, clientMsgId: `s${sends - 3}`, body: 'hello' });
    expect(repeated.data.duplicate).toBe(true);
  });
});

describe('leaving', () => {
  it('ends the seat of this connection, and with quit the membership', async () => {
    await anna.request('chat.leave', { room });
    expect((await send(anna)).data.code).toBe('forbidden');
    await anna.request('chat.join', { room });
    await anna.request('chat.leave', { room, quit: true });
    const { data } = await anna.request('chat.rooms', {});
    expect(data.rooms.map((summary: { room: string }) => summary.room)).not.toContain(room);
  });
});
