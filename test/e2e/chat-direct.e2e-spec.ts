import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Envelope } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

describe('a direct message', () => {
  it('reaches every device of the recipient and the other devices of the sender, joined or not', async () => {
    const [phone, desktop] = [await gateway.signIn('alice'), await gateway.signIn('alice')];
    const [bob, bobTablet] = [await gateway.signIn('bob'), await gateway.signIn('bob')];
    const carol = await gateway.signIn('carol');
    const { data: sent } = await phone.request('chat.send', { to: 'bob', clientMsgId: 'd1', body: 'psst' });
    expect(sent.room).toMatch(/^dm:/);
    for (const device of [desktop, bob, bobTablet]) {
      expect((await device.next('chat.message')).data).toMatchObject({
        room: sent.room,
        seq: 1,
        from: 'alice',
        to: 'bob',
        body: 'psst',
      });
    }
    const { data: answer } = await bob.request('chat.send', { to: 'alice', clientMsgId: 'd1', body: 'yes?' });
    expect(answer).toMatchObject({ room: sent.room, seq: 2, duplicate: false });
    expect((await phone.next('chat.message')).data.body).toBe('yes?');
    await carol.request('ping');
    expect(carol.received.filter(({ event }) => event.startsWith('chat.'))).toEqual([]);
    expect((await carol.request('chat.join', { room: sent.room })).data.code).toBe('forbidden');
    expect((await carol.request('chat.history', { room: sent.room })).data.code).toBe('forbidden');
    const intrusion = await carol.request('chat.send', { room: sent.room, clientMsgId: 'x', body: 'hi' });
    expect(intrusion.data.code).toBe('forbidden');
  });

  it('waits for a recipient who is away', async () => {
    const dora = await gateway.signIn('dora');
    for (const index of [1, 2, 3]) {
      await dora.request('chat.send', { to: 'erik', clientMsgId: `e${index}`, body: `${index}` });
    }
    const erik = await gateway.signIn('erik');
    const { data: list } = await erik.request('chat.rooms', {});
    expect(list.rooms).toEqual([
      expect.objectContaining({ kind: 'direct', peer: 'dora', head: 3, read: 0, unread: 3 }),
    ]);
    const { data: joined } = await erik.request('chat.join', { room: list.rooms[0].room, since: 0 });
    expect(joined.recovered).toBe(true);
    expect(joined.messages.map(({ body }: { body: string }) => body)).toEqual(['1', '2', '3']);
  });

  it('comes once to a device that has joined the room of the two', async () => {
    const [frida, gus] = [await gateway.signIn('frida'), await gateway.signIn('gus')];
    await gus.request('chat.join', { to: 'frida' });
    await frida.request('chat.send', { to: 'gus', clientMsgId: 'f1', body: 'one' });
    await frida.request('chat.edit', {
      room: (await gus.next('chat.message')).data.room,
      target: 1,
      body: 'edited',
    });
    await gus.next('chat.edited');
    await gus.request('ping');
    expect(gus.received.filter(({ event }) => event === 'chat.message')).toHaveLength(1);
  });

  it('comes once and without a hole to a device that joins while messages and edits flow', async () => {
    const [kim, leo] = [await gateway.signIn('kim'), await gateway.signIn('leo')];
    const { data: first } = await kim.request('chat.send', { to: 'leo', clientMsgId: 'k0', body: 'x' });
    const { room } = first;
    await leo.next('chat.message');
    let last = 1;
    for (let round = 1; round <= 60; round += 1) {
      const sends = [
        kim.request('chat.send', { room, clientMsgId: `k${round}`, body: 'x' }),
        kim.request('chat.edit', { room, target: 1, body: `${round}` }),
      ];
      const { data: joined } = await leo.request('chat.join', { room, since: last });
      await Promise.all(sends);
      const end = 1 + round * 2;
      const isEntry = ({ event, data }: Envelope): boolean =>
        ['chat.message', 'chat.edited'].includes(event) && data.room === room;
      const seqs = joined.messages.map(({ seq }: { seq: number }) => seq);
      for (let next = joined.head + 1; next <= end; next += 1) {
        seqs.push((await leo.nextMatching(isEntry)).data.seq);
      }
      expect(seqs).toEqual(Array.from({ length: end - last }, (_, index) => last + 1 + index));
      last = end;
    }
    await leo.request('ping');
    const pushed = leo.received.filter(({ event }) => ['chat.message', 'chat.edited'].includes(event));
    expect(new Set(pushed.map(({ data }) => data.seq)).size).toBe(pushed.length);
  });

  it('is answered alike for an unknown and for an unreachable user', async () => {
    const [henry] = [
      await gateway.signIn('henry'),
      await gateway.signIn('ida').then((ida) => ida.terminate()),
    ];
    const answers = [];
    for (const to of ['ida', 'nobody-has-this-name']) {
      const { event, data } = await henry.request('chat.send', { to, clientMsgId: 'h', body: 'hello' });
      answers.push([event, Object.keys(data).toSorted(), data.seq]);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('goes to one of room and recipient, and not to oneself', async () => {
    const alice = await gateway.signIn('alice');
    const codes = [];
    for (const place of [{}, { room: 'lobby', to: 'bob' }, { to: 'alice' }, { to: 'a b' }, { to: '' }]) {
      const { data } = await alice.request('chat.send', { ...place, clientMsgId: 'v', body: 'x' });
      codes.push(data.code);
    }
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'validation'));
  });
});
