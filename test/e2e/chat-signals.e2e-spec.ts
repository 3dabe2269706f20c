import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Envelope, TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ PRESENCE_GRACE_MS: '300', CHAT_TYPING_INTERVAL_MS: '500' });
});
afterAll(() => gateway.close());

const inLobby = async (user: string): Promise<TestClient> => {
  const client = await gateway.signIn(user);
  await client.request('chat.join', { room: 'lobby' });
  return client;
};

const isOf =
  (event: string, user: string, more: Record<string, unknown>) =>
  (envelope: Envelope): boolean =>
    envelope.event === event &&
    envelope.data.user === user &&
    Object.entries(more).every(([key, value]) => envelope.data[key] === value);

describe('typing', () => {
  it('is seen by the others, once, and ends by itself', async () => {
    const [alice, bob] = [await inLobby('alice'), await inLobby('bob')];
    await alice.request('chat.typing', { room: 'lobby', typing: true });
    await alice.request('chat.typing', { room: 'lobby', typing: true });
    expect((await bob.next('chat.typing')).data).toEqual({ room: 'lobby', user: 'alice', typing: true });
    // Repeat interval and grace: 2.5 s, swept twice a second.
    await bob.nextMatching(isOf('chat.typing', 'alice', { typing: false }));
    expect(bob.received.filter(isOf('chat.typing', 'alice', { typing: true }))).toHaveLength(1);
    expect(alice.received.filter(({ event }) => event === 'chat.typing')).toEqual([]);
  });

  it('ends with a message, with a word, and with the connection', async () => {
    const [carol, dave] = [await inLobby('carol'), await inLobby('dave')];
    const ends = [
      () => carol.request('chat.send', { room: 'lobby', clientMsgId: 't', body: 'done' }),
      () => carol.request('chat.typing', { room: 'lobby', typing: false }),
      async () => carol.terminate(),
    ];
    for (const end of ends) {
      await carol.request('chat.typing', { room: 'lobby', typing: true });
      await dave.nextMatching(isOf('chat.typing', 'carol', { typing: true }));
      await end();
      await dave.nextMatching(isOf('chat.typing', 'carol', { typing: false }));
    }
  });

  it('reaches the peer of a direct room, and needs a seat elsewhere', async () => {
    const [erin, finn] = [await gateway.signIn('erin'), await gateway.signIn('finn')];
    const { data } = await erin.request('chat.send', { to: 'finn', clientMsgId: 'd', body: 'hi' });
    await erin.request('chat.typing', { room: data.room, typing: true });
    await finn.nextMatching(isOf('chat.typing', 'erin', { room: data.room }));
    const { data: refusal } = await erin.request('chat.typing', { room: 'lobby', typing: true });
    expect(refusal.code).toBe('forbidden');
  });
});

describe('presence', () => {
  it('tells a room when a user comes and, after a grace time, goes', async () => {
    const gina = await inLobby('gina');
    const [hugo, tablet] = [await inLobby('hugo'), await inLobby('hugo')];
    expect((await gina.nextMatching(isOf('presence', 'hugo', { online: true }))).data).toEqual({
      user: 'hugo',
      online: true,
    });
    const { data: room } = await gina.request('presence.get', { room: 'lobby' });
    expect(room.users).toContainEqual({ user: 'hugo', online: true });
    hugo.terminate();
    await gina.request('ping');
    tablet.terminate();
    const { data } = await gina.nextMatching(isOf('presence', 'hugo', { online: false }));
    expect(data.lastSeen).toEqual(expect.any(Number));
    expect(gina.received.filter(isOf('presence', 'hugo', { online: false }))).toHaveLength(1);
  });

  it('ends in every room that saw it begin, whichever device was last', async () => {
    const lars = await inLobby('lars');
    const phone = await inLobby('mona');
    const tablet = await gateway.signIn('mona');
    await lars.nextMatching(isOf('presence', 'mona', { online: true }));
    phone.terminate();
    await phone.closed;
    tablet.terminate();
    await lars.nextMatching(isOf('presence', 'mona', { online: false }));
  });

  it('is shown of users who wrote, and watched; others look like nobody', async () => {
    const [iris, jack, kate] = [
      await gateway.signIn('iris'),
      await gateway.signIn('jack'),
      await gateway.signIn('kate'),
    ];
    await jack.request('chat.send', { to: 'iris', clientMsgId: 'p', body: 'hi' });
    await iris.request('chat.send', { to: 'kate', clientMsgId: 'p', body: 'hi' });
    const { data } = await iris.request('presence.get', { users: ['jack', 'kate', 'nobody'], watch: true });
    expect(data.users).toEqual([
      { user: 'jack', online: true },
      { user: 'kate', online: false },
      { user: 'nobody', online: false },
    ]);
    jack.terminate();
    kate.terminate();
    await iris.nextMatching(isOf('presence', 'jack', { online: false }));
    expect(iris.received.filter(isOf('presence', 'kate', {}))).toEqual([]);
    const { data: refusal } = await iris.request('presence.get', { room: 'lobby' });
    expect(refusal.code).toBe('forbidden');
  });
});
