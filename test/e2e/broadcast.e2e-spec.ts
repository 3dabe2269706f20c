import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

const broadcast = (body: object) =>
  gateway.rest.post('/v1/broadcast').set('authorization', `Bearer ${adminToken()}`).send(body);

it('says visibly that nobody was there', async () => {
  const { body } = await broadcast({ event: 'news', data: {} }).expect(202);
  expect(body.matched).toEqual({ users: 0, connections: 0 });
});

it('reaches every user on every device, and counts them', async () => {
  const clients = await Promise.all(['ann', 'ann', 'ben', 'cid'].map((sub) => gateway.signIn(sub)));
  const stranger = gateway.connect();
  await stranger.opened;

  const { body } = await broadcast({ event: 'maintenance', data: { at: '18:00' } }).expect(202);

  expect(body.matched).toEqual({ users: 3, connections: 4 });
  for (const client of clients) {
    expect((await client.next('update')).data).toEqual({
      id: body.updateId,
      event: 'maintenance',
      data: { at: '18:00' },
      sentAt: expect.any(Number),
      expiresAt: expect.any(Number),
      requireAck: false,
    });
  }
  expect(stranger.received).toEqual([]);
  clients.forEach((client) => client.terminate());
});

it('leaves out the users and connections that are excepted', async () => {
  const phone = gateway.connect({ token: adminToken('dora') });
  const phoneSession = (await phone.next('welcome')).data.session as string;
  const desktop = await gateway.signIn('dora');
  const eve = await gateway.signIn('eve');

  await broadcast({ event: 'a', data: 1, except: { users: ['eve'] } }).expect(202);
  await broadcast({ event: 'b', data: 2, except: { connections: [phoneSession] } }).expect(202);
  await broadcast({ event: 'end', data: 3 }).expect(202);

  const eventsUntilEnd = async (client: typeof phone): Promise<string[]> => {
    await client.nextMatching(({ data }) => data?.event === 'end');
    return client.received.filter(({ event }) => event === 'update').map(({ data }) => data.event);
  };
  expect(await eventsUntilEnd(phone)).toEqual(['a', 'end']);
  expect(await eventsUntilEnd(desktop)).toEqual(['a', 'b', 'end']);
  expect(await eventsUntilEnd(eve)).toEqual(['b', 'end']);
});
