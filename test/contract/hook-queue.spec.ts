import { beforeEach, expect, it } from '@jest/globals';
import type { HookJob, HookQueue } from '../../src/ports/hook-queue.port.js';
import { memberChange, messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

const LEASE_MS = 60_000;

onEveryStore('HookQueue', (store) => {
  let queue: HookQueue;
  let room: string;
  beforeEach(async () => {
    queue = store().hooks;
    room = fresh('club');
    await store().rooms.create({ id: room, kind: 'private', owner: 'alice' }, 1_000);
    await store().rooms.changeMember(memberChange(room, { user: 'bob' }));
    // What earlier tests left.
    for (const { id } of await queue.take(Number.MAX_SAFE_INTEGER - LEASE_MS, LEASE_MS, 1_000)) {
      await queue.remove(id);
    }
  });

  /** Adds a job the way the product does: with a message. */
  const addJob = async (notifyAt: number): Promise<number> => {
    const outcome = await store().messages.append(messageFrom('alice', room, { notifyAt }));
    return outcome.outcome === 'stored' ? outcome.message.seq : 0;
  };
  const take = (now: number, limit = 100): Promise<readonly HookJob[]> => queue.take(now, LEASE_MS, limit);

  it('holds a job for a message until it is due, and not before', async () => {
    const seq = await addJob(5_000);
    expect(await take(4_999)).toEqual([]);
    expect(await take(5_000)).toEqual([{ id: expect.any(String), kind: 'chat', room, seq, attempts: 0 }]);
  });

  it('has no job for a message that asks for none', async () => {
    await store().messages.append(messageFrom('alice', room));
    expect(await take(Number.MAX_SAFE_INTEGER - LEASE_MS)).toEqual([]);
  });

  it('hides a taken job for the lease, and gives it again afterwards', async () => {
    await addJob(5_000);
    const [job] = await take(6_000);
    expect(await take(6_000 + LEASE_MS - 1)).toEqual([]);
    expect(await take(6_000 + LEASE_MS)).toEqual([job]);
  });

  it('gives the oldest jobs first, and no more than asked for', async () => {
    const seqs = [await addJob(3_000), await addJob(1_000), await addJob(2_000)];
    const first = await take(9_000, 2);
    expect(new Set(first.map(({ seq }) => seq))).toEqual(new Set([seqs[1], seqs[2]]));
    expect((await take(9_000, 2)).map(({ seq }) => seq)).toEqual([seqs[0]]);
  });

  it('counts attempts and waits for the next one', async () => {
    await addJob(1_000);
    const [job] = await take(1_000);
    await queue.retry(job!.id, 50_000);
    expect(await take(49_999)).toEqual([]);
    expect(await take(50_000)).toEqual([{ ...job, attempts: 1 }]);
  });

  it('forgets a removed job, and takes a second removal', async () => {
    await addJob(1_000);
    const [job] = await take(1_000);
    await queue.remove(job!.id);
    await queue.remove(job!.id);
    await queue.retry(job!.id, 1_000);
    expect(await take(Number.MAX_SAFE_INTEGER - LEASE_MS)).toEqual([]);
  });

  it('gives a job to one of many who take at once', async () => {
    await Promise.all(Array.from({ length: 60 }, () => addJob(1_000)));
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(2_000, 5)));
    taken.push(await take(2_000, 1_000));
    const ids = taken.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
    expect(Math.max(...taken.slice(0, -1).map(({ length }) => length))).toBeLessThanOrEqual(5);
  });
});
