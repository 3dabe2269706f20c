import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Envelope, TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

let sends = 0;
const send = async (client: TestClient, body = 'x'): Promise<number> => {
  sends += 1;
  const { data } = await client.request('chat.send', { room: 'lobby', clientMsgId: `s${sends}`, body });
  return data.seq as number;
};

const unreadOf = async (client: TestClient): Promise<number> => {
  const { data } = await client.request('chat.rooms', {});
  return data.rooms.find(({ room }: { room: string }) => room === 'lobby').unread as number;
};

describe('unread messages', () => {
  it('are counted by the server, pushed to all devices of the user, and agree', async () => {
    const writer = await gateway.signIn('writer');
    await writer.request('chat.join', { room: 'lobby' });
    const [phone, desktop] = [await gateway.signIn('reader'), await gateway.signIn('reader')];
    await phone.request('chat.join', { room: 'lobby' });
    expect([await unreadOf(phone), await unreadOf(desktop)]).toEqual([0, 0]);
    const last = [await send(writer), await send(writer), await send(writer)].at(-1)!;
    await send(phone, 'my own do not count');
    const isThree = ({ event, data }: Envelope): boolean => event === 'chat.unread' && data.unread === 3;
    await Promise.all([phone.nextMatching(isThree), desktop.nextMatching(isThree)]);
    const { data: read } = await phone.request('chat.read', { room: 'lobby', seq: last - 1 });
    expect(read).toEqual({ room: 'lobby', read: last - 1, unread: 1 });
    expect((await desktop.next('chat.read')).data).toEqual({ room: 'lobby', read: last - 1, unread: 1 });
    expect([await unreadOf(phone), await unreadOf(desktop)]).toEqual([1, 1]);
    await writer.request('chat.delete', { room: 'lobby', target: last });
    const isNone = ({ event, data }: Envelope): boolean => event === 'chat.unread' && data.unread === 0;
    await Promise.all([phone.nextMatching(isNone), desktop.nextMatching(isNone)]);
  });

  it('start with a first direct message, by whichever name of the room it is sent', async () => {
    const [lena, max] = [await gateway.signIn('lena'), await gateway.signIn('max')];
    await max.request('chat.rooms', {});
    const { data } = await lena.request('chat.send', { to: 'max', clientMsgId: 'l1', body: 'hi' });
    expect((await max.next('chat.unread')).data).toEqual({ room: data.room, head: 1, unread: 1 });
    const nina = await gateway.signIn('nina');
    const { data: joined } = await lena.request('chat.join', { to: 'nina' });
    await nina.request('chat.rooms', { after: joined.room });
    await lena.request('chat.send', { room: joined.room, clientMsgId: 'l2', body: 'hi' });
    expect((await nina.next('chat.unread')).data).toEqual({ room: joined.room, head: 1, unread: 1 });
  });

  it('end with the membership', async () => {
    const [writer, quitter] = [await gateway.signIn('writer'), await gateway.signIn('quitter')];
    await writer.request('chat.join', { room: 'lobby' });
    await quitter.request('chat.join', { room: 'lobby' });
    await quitter.request('chat.rooms', {});
    const { data } = await quitter.request('chat.send', { to: 'writer', clientMsgId: 'q1', body: 'hi' });
    await quitter.request('chat.leave', { room: 'lobby', quit: true });
    await send(writer);
    await writer.request('chat.send', { room: data.room, clientMsgId: 'q2', body: 'hi' });
    // Pushed in one go with the other, if that were pushed.
    await quitter.nextMatching((push) => push.event === 'chat.unread' && push.data.head === 2);
    const pushed = quitter.received.filter(({ event }) => event === 'chat.unread');
    expect(pushed.filter((push) => push.data.room === 'lobby')).toEqual([]);
  });
});

describe('a read marker', () => {
  it('never goes back, and not beyond the room', async () => {
    const [writer, reader] = [await gateway.signIn('writer'), await gateway.signIn('marker')];
    await writer.request('chat.join', { room: 'lobby' });
    await reader.request('chat.join', { room: 'lobby' });
    const seq = await send(writer);
    expect((await reader.request('chat.read', { room: 'lobby', seq })).data.read).toBe(seq);
    expect((await reader.request('chat.read', { room: 'lobby', seq: seq - 1 })).data.read).toBe(seq);
    const beyond = await reader.request('chat.read', { room: 'lobby', seq: seq + 1 });
    expect(beyond.data.code).toBe('validation');
    const stranger = await gateway.signIn('stranger');
    expect((await stranger.request('chat.read', { room: 'lobby', seq: 0 })).data.code).toBe('forbidden');
  });
});
