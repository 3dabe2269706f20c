import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RoomEntry } from '../../src/protocol/chat.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

let sends = 0;
const send = (client: TestClient, room: string, body: string): ReturnType<TestClient['request']> => {
  sends += 1;
  return client.request('chat.send', { room, clientMsgId: `m${sends}`, body });
};

describe('the lobby', () => {
  it('is there from the start, takes everybody and carries messages to all of them in one order', async () => {
    const [alice, bob] = [await gateway.signIn('alice'), await gateway.signIn('bob')];
    const joined = await alice.request('chat.join', { room: 'lobby' });
    expect(joined.data).toMatchObject({
      room: 'lobby',
      kind: 'public',
      role: 'member',
      head: 0,
      first: 1,
      messages: [],
      recovered: false,
      unread: 0,
      members: ['alice'],
    });
    await bob.request('chat.join', { room: 'lobby' });
    const [first, second] = await Promise.all([send(alice, 'lobby', 'hello'), send(bob, 'lobby', 'hi')]);
    expect(new Set([first.data.seq, second.data.seq])).toEqual(new Set([1, 2]));
    expect(first.data).toEqual({
      room: 'lobby',
      seq: expect.any(Number),
      id: expect.any(String),
      time: expect.any(Number),
      duplicate: false,
    });
    expect((await bob.next('chat.message')).data).toEqual({
      type: 'message',
      room: 'lobby',
      seq: first.data.seq,
      id: first.data.id,
      clientMsgId: expect.any(String),
      from: 'alice',
      time: first.data.time,
      body: 'hello',
    });
    expect((await alice.next('chat.message')).data).toMatchObject({ from: 'bob', body: 'hi' });
  });

  it('does not echo a message to the connection that sent it, but to the other devices of its user', async () => {
    const [phone, desktop] = [await gateway.signIn('carol'), await gateway.signIn('carol')];
    await phone.request('chat.join', { room: 'lobby' });
    await desktop.request('chat.join', { room: 'lobby' });
    await send(phone, 'lobby', 'from my phone');
    expect((await desktop.next('chat.message')).data.body).toBe('from my phone');
    expect(phone.received.filter(({ event }) => event === 'chat.message')).toEqual([]);
  });
});

describe('a message', () => {
  it('is answered before its sender sees a later one', async () => {
    const [alice, bob] = [await gateway.signIn('alice'), await gateway.signIn('bob')];
    await alice.request('chat.join', { room: 'lobby' });
    await bob.request('chat.join', { room: 'lobby' });
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => send(index % 2 === 0 ? alice : bob, 'lobby', `m${index}`)),
    );
    const seqs = alice.received
      .filter(({ event, data }) => event === 'chat.message' || (event === 'reply' && data.seq !== undefined))
      .map(({ data }) => data.seq as number);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  it('is stored once, however often it is sent', async () => {
    const alice = await gateway.signIn('alice');
    await alice.request('chat.join', { room: 'lobby' });
    const message = { room: 'lobby', clientMsgId: 'once', body: 'only once' };
    const replies = await Promise.all([1, 2, 3].map(() => alice.request('chat.send', message)));
    expect(new Set(replies.map(({ data }) => data.seq)).size).toBe(1);
    expect(replies.map(({ data }) => data.duplicate)).toEqual([false, true, true]);
    const conflict = await alice.request('chat.send', { ...message, body: 'another' });
    expect(conflict).toMatchObject({ event: 'error', data: { code: 'id_conflict' } });
  });

  it('goes nowhere without a seat in the room', async () => {
    const alice = await gateway.signIn('alice');
    for (const room of ['lobby', 'nowhere']) {
      expect(await send(alice, room, 'hello')).toMatchObject({ data: { code: 'forbidden' } });
    }
    expect(await alice.request('chat.join', { room: 'nowhere' })).toMatchObject({
      data: { code: 'forbidden' },
    });
  });

  it('is text, whatever it looks like', async () => {
    const alice = await gateway.signIn('alice');
    await alice.request('chat.join', { room: 'lobby' });
    for (const body of ['<script>alert(1)</script>', '=1+1', '\u202e\u200d👩‍👩‍👧', "'; drop table x; --"]) {
      const { data } = await send(alice, 'lobby', body);
      const page = await alice.request('chat.history', { room: 'lobby', since: data.seq - 1, limit: 1 });
      expect(page.data.messages[0].body).toBe(body);
    }
  });

  it('is refused when it is too large or cannot be stored', async () => {
    const alice = await gateway.signIn('alice');
    await alice.request('chat.join', { room: 'lobby' });
    const refusals = [];
    for (const body of ['x'.repeat(32_769), 'é'.repeat(16_385), '\0', '\ud800', '']) {
      refusals.push((await send(alice, 'lobby', body)).data.code);
    }
    expect(refusals).toEqual(['too_large', 'too_large', 'validation', 'validation', 'validation']);
    expect((await send(alice, 'lobby', 'é'.repeat(16_384))).event).toBe('reply');
  });
});

describe('an edit and a deletion', () => {
  it('are entries of their own, change what history shows, and reach the room', async () => {
    const [alice, bob] = [await gateway.signIn('alice'), await gateway.signIn('bob')];
    await alice.request('chat.join', { room: 'lobby' });
    await bob.request('chat.join', { room: 'lobby' });
    const { data: sent } = await send(alice, 'lobby', 'frist');
    const edited = await alice.request('chat.edit', { room: 'lobby', target: sent.seq, body: 'first' });
    expect(edited.data).toEqual({ room: 'lobby', seq: sent.seq + 1 });
    expect((await bob.next('chat.edited')).data).toMatchObject({
      target: sent.seq,
      body: 'first',
      from: 'alice',
    });
    const denied = await bob.request('chat.delete', { room: 'lobby', target: sent.seq });
    expect(denied.data.code).toBe('forbidden');
    await alice.request('chat.delete', { room: 'lobby', target: sent.seq });
    expect((await bob.next('chat.deleted')).data).toMatchObject({ target: sent.seq, seq: sent.seq + 2 });
    const { data: page } = await bob.request('chat.history', { room: 'lobby', since: sent.seq - 1 });
    const entries = page.messages as RoomEntry[];
    expect(entries.map(({ type }) => type)).toEqual(['message', 'edit', 'deletion']);
    expect(entries[0]).toMatchObject({ body: null, deletedAt: expect.any(Number) });
    expect(JSON.stringify(entries)).not.toContain('first');
    const again = await alice.request('chat.edit', { room: 'lobby', target: sent.seq, body: 'zombie' });
    expect(again.data.code).toBe('not_found');
  });
});

describe('the back office', () => {
  it('makes private rooms, fills them, reads and writes them, and ends them', async () => {
    const as = <T extends { set(name: string, value: string): T }>(test: T): T =>
      test.set('authorization', `Bearer ${adminToken()}`);
    const { rest } = gateway;
    await as(rest.put('/v1/rooms/board').send({ title: 'The board', owner: 'olga' })).expect(200);
    const [olga, mallory] = [await gateway.signIn('olga'), await gateway.signIn('mallory')];
    expect((await mallory.request('chat.join', { room: 'board' })).data.code).toBe('forbidden');
    expect((await olga.request('chat.join', { room: 'board' })).data).toMatchObject({
      kind: 'private',
      role: 'owner',
      title: 'The board',
    });
    await as(rest.put('/v1/rooms/board/members/pete').send({ role: 'moderator' })).expect(200);
    expect((await olga.next('chat.member')).data).toMatchObject({ user: 'pete', action: 'added' });
    const members = await as(rest.get('/v1/rooms/board/members')).expect(200);
    expect(
      members.body.members.map(({ user, role }: { user: string; role: string }) => [user, role]),
    ).toEqual([
      ['olga', 'owner'],
      ['pete', 'moderator'],
    ]);
    const posted = await as(rest.post('/v1/rooms/board/messages').send({ body: 'Welcome' })).expect(201);
    expect((await olga.next('chat.message')).data).toMatchObject({ from: 'admin', body: 'Welcome' });
    const page = await as(rest.get(`/v1/rooms/board/messages?since=${posted.body.seq - 1}`)).expect(200);
    expect(page.body.messages[0]).toMatchObject({ body: 'Welcome', from: 'admin' });
    await as(rest.delete('/v1/rooms/board')).expect(200);
    expect((await olga.next('chat.left')).data).toEqual({ room: 'board', reason: 'closed' });
    await as(rest.get('/v1/rooms/board')).expect(404);
    expect((await send(olga, 'board', 'anybody?')).data.code).toBe('forbidden');
  });

  it('needs the scope chat', async () => {
    await gateway.rest.get('/v1/rooms').expect(401);
    await gateway.rest.get('/v1/rooms').set('authorization', `Bearer ${adminToken()}`).expect(200);
  });
});
