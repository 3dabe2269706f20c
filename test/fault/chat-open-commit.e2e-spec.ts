import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { describeWithPostgres, PostgresServer } from '../harness/postgres-server.js';
import { COMMIT, TcpProxy } from '../harness/tcp-proxy.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

const room = 'ops';

// The database commits and the gateway never hears of it: whoever asked is told that the store is unavailable.
describeWithPostgres('a change of a room whose commit got no answer', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let gateway: TestGateway;
  let [olga, anna]: [TestClient, TestClient] = [] as never;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    proxy = await TcpProxy.start(await server.createDatabase());
    gateway = await TestGateway.start({ STORE_URL: proxy.url });
    await eventually(() =>
      gateway.rest
        .put(`/v1/rooms/${room}`)
        .set('authorization', `Bearer ${adminToken()}`)
        .send({ kind: 'public', owner: 'olga' })
        .expect(200),
    );
    [olga, anna] = [await gateway.signIn('olga'), await gateway.signIn('anna')];
    await olga.request('chat.join', { room });
    await anna.request('chat.join', { room });
    await olga.request('chat.send', { room, clientMsgId: 'm1', body: 'hello' });
    await anna.next('chat.message');
  });

  afterEach(async () => {
    await gateway.close();
    await proxy.stop();
  });

  const unanswered = async (event: string, data: object): Promise<void> => {
    proxy.cutAt(COMMIT, 'unanswered', 'insert into "entry"');
    const reply = await olga.request(event, { room, ...data });
    expect(reply).toMatchObject({ event: 'error', data: { code: 'unavailable', retryable: true } });
    expect(await gateway.metric('room_changes_outcome_unknown_total')).toBe(1);
  };

  it('reaches the room when it is an edit', async () => {
    await unanswered('chat.edit', { target: 1, body: 'hello all' });
    expect((await anna.next('chat.edited')).data).toMatchObject({ target: 1, body: 'hello all', seq: 2 });
    // Once, and in the order of what follows.
    await olga.request('chat.send', { room, clientMsgId: 'm2', body: 'more' });
    expect((await anna.next('chat.message')).data).toMatchObject({ seq: 3 });
    expect(anna.received.filter(({ event }) => event === 'chat.edited')).toHaveLength(1);
  });

  it('reaches the room when it is a deletion', async () => {
    await unanswered('chat.delete', { target: 1 });
    expect((await anna.next('chat.deleted')).data).toMatchObject({ target: 1, seq: 2 });
  });

  it('reaches the peer of a direct room who has not joined it, after a restart too', async () => {
    const { data: sent } = await olga.request('chat.send', { to: 'anna', clientMsgId: 'd1', body: 'psst' });
    await gateway.close();
    gateway = await TestGateway.start({ STORE_URL: proxy.url });
    [olga, anna] = [await gateway.signIn('olga'), await gateway.signIn('anna')];
    await eventually(async () => expect((await olga.request('chat.rooms', {})).event).toBe('reply'));
    await unanswered('chat.edit', { room: sent.room, target: 1, body: 'never mind' });
    expect((await anna.next('chat.edited')).data).toMatchObject({ room: sent.room, target: 1, seq: 2 });
  });

  it('tells who was added', async () => {
    const zoe = await gateway.signIn('zoe');
    await unanswered('chat.moderate', { user: 'zoe', action: 'added' });
    expect((await zoe.next('chat.member')).data).toMatchObject({ room, action: 'added', user: 'zoe' });
  });

  it('unseats who was banned', async () => {
    await unanswered('chat.moderate', { user: 'anna', action: 'banned' });
    expect((await anna.next('chat.left')).data).toEqual({ room, reason: 'banned' });
    const reply = await anna.request('chat.send', { room, clientMsgId: 'a1', body: 'still here?' });
    expect(reply.data.code).toBe('forbidden');
    expect((await olga.next('chat.member')).data).toMatchObject({ action: 'banned', user: 'anna', seq: 2 });
  });
});
