import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';
import { UpdatesApi } from '../harness/updates-api.js';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-updates-'));
const STORE_URL = `sqlite:${join(folder, 'store.db')}`;

let gateway: TestGateway;
let api: UpdatesApi;
const start = async (): Promise<void> => {
  gateway = await TestGateway.start({ STORE_URL, WS_MAX_QUEUE_BYTES: '65536' });
  api = new UpdatesApi(gateway);
};
beforeAll(start);
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

it('counts the devices of a live update, and is done when nobody else can get it', async () => {
  const clients = await Promise.all(['ann', 'ann', 'ben'].map((user) => gateway.signIn(user)));
  const { updateId } = await api.send({ target: { all: true }, delivery: 'live', requireAck: true });
  for (const client of clients.slice(1)) {
    expect((await client.next('update')).data).toMatchObject({ id: updateId, requireAck: true });
    await client.request('updates.ack', { ids: [updateId] });
  }
  await eventually(async () =>
    expect(await api.report(updateId)).toEqual({
      updateId,
      state: 'done',
      event: 'news',
      delivery: 'live',
      target: 'all',
      createdAt: expect.any(Number),
      sentAt: expect.any(Number),
      expiresAt: expect.any(Number),
      matched: 3,
      written: 3,
      acked: 2,
      droppedSlow: 0,
      expired: 0,
      superseded: 0,
      overflowed: 0,
    }),
  );
});

it('counts a reader that did not take it as dropped, not as written', async () => {
  const slow = await gateway.signIn('slow');
  slow.socket.pause();
  const data = 'x'.repeat(60_000);
  const ids: string[] = [];
  // What the kernel takes is written; the queue behind it is bounded.
  for (let n = 0; n < 400 && slow.socket.readyState === slow.socket.OPEN; n += 1) {
    const { updateId, matched } = await api.send({ target: { users: ['slow'] }, delivery: 'live', data });
    if (matched.connections === 0) {
      break;
    }
    ids.push(updateId);
  }
  await eventually(async () => {
    const { matched, written, droppedSlow } = await api.report(ids.at(-1)!);
    expect([matched, written, droppedSlow]).toEqual([1, 0, 1]);
  });
  expect(await api.report(ids[0]!)).toMatchObject({ written: 1, droppedSlow: 0 });
  slow.terminate();
});

it('survives a restart with every count', async () => {
  const client = await gateway.signIn('cid');
  const { updateId } = await api.send({ target: { users: ['cid'] } });
  await client.next('update');
  await client.request('updates.ack', { ids: [updateId] });
  await gateway.close();
  await start();
  expect(await api.report(updateId)).toMatchObject({ matched: 1, written: 1, acked: 1 });
});

it('lists updates from the newest, in pages', async () => {
  const sent: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    sent.unshift((await api.send({ target: { users: ['dan'] } })).updateId);
  }
  const list = async (query: string): Promise<{ ids: string[]; next: string | null }> => {
    const { body } = await gateway.rest
      .get(`/v1/updates?${query}`)
      .set('authorization', `Bearer ${adminToken()}`)
      .expect(200);
    return { ids: body.updates.map(({ updateId }: { updateId: string }) => updateId), next: body.next };
  };
  expect(await list('limit=2')).toEqual({ ids: sent.slice(0, 2), next: sent[1] });
  expect((await list(`limit=1000&before=${sent[1]}`)).ids[0]).toBe(sent[2]);
});

it.each(['limit=0', 'limit=1001', 'limit=x', 'before=x', 'nothing=1'])(
  'refuses a list with %s',
  async (query) => {
    await gateway.rest.get(`/v1/updates?${query}`).set('authorization', `Bearer ${adminToken()}`).expect(400);
  },
);
