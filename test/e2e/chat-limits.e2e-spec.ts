import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    LIMIT_CHAT_PER_SECOND: '2',
    LIMIT_ROOMS: '2',
    LIMIT_ROOM_MEMBERS: '3',
    CHAT_ROOMS: 'lobby,sports,news',
  });
});
afterAll(() => gateway.close());

describe('the rate of a user', () => {
  it('refuses beyond a burst with the time to wait, and answers a repeat all the same', async () => {
    const alice = await gateway.signIn('alice');
    await alice.request('chat.join', { room: 'lobby' });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((index) =>
        alice.request('chat.send', { room: 'lobby', clientMsgId: `r${index}`, body: 'x' }),
      ),
    );
    expect(answers.map(({ event }) => event)).toEqual(['reply', 'reply', 'reply', 'reply', 'error', 'error']);
    expect(answers[4]!.data).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    const repeat = await alice.request('chat.send', { room: 'lobby', clientMsgId: 'r1', body: 'x' });
    expect(repeat.data).toMatchObject({ seq: 1, duplicate: true });
    const conflict = await alice.request('chat.send', { room: 'lobby', clientMsgId: 'r1', body: 'another' });
    expect(conflict.data.code).toBe('id_conflict');
    expect(await gateway.metric('ws_message_rejected_total', '{reason="rate_limited"}')).toBe(2);
  });
});

describe('the number of rooms', () => {
  it('of a connection is bounded; joining one again is no other room', async () => {
    const bob = await gateway.signIn('bob');
    await bob.request('chat.join', { room: 'lobby' });
    await bob.request('chat.join', { room: 'sports' });
    expect((await bob.request('chat.join', { room: 'news' })).data.code).toBe('limit_exceeded');
    expect((await bob.request('chat.join', { room: 'sports' })).event).toBe('reply');
    await bob.request('chat.leave', { room: 'lobby' });
    expect((await bob.request('chat.join', { room: 'news' })).event).toBe('reply');
  });
});

describe('the number of members', () => {
  it('of a room is bounded', async () => {
    await gateway.rest
      .put('/v1/rooms/small')
      .set('authorization', `Bearer ${adminToken()}`)
      .send({ kind: 'public' })
      .expect(200);
    const answers = [];
    for (const user of ['a', 'b', 'c', 'd']) {
      answers.push((await (await gateway.signIn(user)).request('chat.join', { room: 'small' })).event);
    }
    expect(answers).toEqual(['reply', 'reply', 'reply', 'error']);
    await gateway.rest
      .put('/v1/rooms/small/members/e')
      .set('authorization', `Bearer ${adminToken()}`)
      .send({})
      .expect(409);
  });
});
