import { beforeEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AuditEntry, AuditLog } from '../../src/ports/audit-log.port.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('AuditLog', (store) => {
  let log: AuditLog;
  /** An actor of the test alone: the log has no other boundary between tests. */
  let actor: string;
  beforeEach(() => {
    log = store().audit;
    actor = fresh('api-key:ops');
  });

  const entry = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
    id: fresh('entry'),
    time: 1_700_000_000_000,
    actor,
    action: 'rooms.remove',
    target: {},
    outcome: 'done',
    result: {},
    ...fields,
  });
  const record = async (fields: Partial<AuditEntry> = {}): Promise<AuditEntry> => {
    const recorded = entry(fields);
    await log.record(recorded);
    return recorded;
  };
  const idsOf = (entries: readonly AuditEntry[]): string[] => entries.map(({ id }) => id);
  const list = async (query: Partial<Parameters<AuditLog['list']>[0]> = {}): Promise<string[]> =>
    idsOf(await log.list({ actor, limit: 100, ...query }));

  it('gives back an entry as it was recorded', async () => {
    const recorded = await record({
      outcome: 'refused',
      target: { room: 'ops "\\ \u0000 🙂 \ud800', n: 1 },
      result: { status: 403, matched: { users: 2, connections: 3 }, dryRun: true },
    });
    expect(await log.list({ actor, limit: 1 })).toEqual([recorded]);
  });

  it('lists the newest first, whatever the order they were recorded in', async () => {
    const [middle, newest, oldest] = [
      await record({ time: 2_000 }),
      await record({ time: 3_000 }),
      await record({ time: 1_000 }),
    ];
    expect(await list()).toEqual(idsOf([newest, middle, oldest]));
  });

  it('filters by actor and by action, together too', async () => {
    const action = fresh('action');
    const mine = await record({ action });
    const other = await record();
    const foreign = await record({ action, actor: `${actor}-2` });
    expect((await list()).toSorted()).toEqual(idsOf([mine, other]).toSorted());
    expect((await list({ actor: undefined, action })).toSorted()).toEqual(idsOf([mine, foreign]).toSorted());
    expect(await list({ action })).toEqual([mine.id]);
    expect(await list({ action: 'unheard.of' })).toEqual([]);
  });

  it('goes on before an entry, and has nothing before one it does not know', async () => {
    const [first, second] = [await record({ time: 1_000 }), await record({ time: 2_000 })];
    expect(await list({ before: second.id })).toEqual([first.id]);
    expect(await list({ before: first.id })).toEqual([]);
    expect(await list({ before: 'unknown' })).toEqual([]);
  });

  it('comes in pages that hold every entry once, many of one millisecond included', async () => {
    const times = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 7 }), async (millis, limit) => {
        actor = fresh('pages');
        const recorded: AuditEntry[] = [];
        for (const time of millis) {
          recorded.push(await record({ time }));
        }
        const paged: AuditEntry[] = [];
        for (;;) {
          const page = await log.list({ actor, limit, before: paged.at(-1)?.id });
          paged.push(...page);
          if (page.length < limit) {
            break;
          }
        }
        expect(idsOf(paged).toSorted()).toEqual(idsOf(recorded).toSorted());
        const order = paged.map(({ time }) => time);
        expect(order).toEqual(order.toSorted((a, b) => b - a));
      }),
      { numRuns: 15 },
    );
  });

  it('trims what is older than a moment, and nothing else', async () => {
    await record({ time: 10 });
    const kept = [await record({ time: 20 }), await record({ time: 21 })];
    expect(await log.trim(20)).toBeGreaterThanOrEqual(1);
    expect(await log.trim(20)).toBe(0);
    expect((await list()).toSorted()).toEqual(idsOf(kept).toSorted());
  });

  it('trims more than one statement removes', async () => {
    await log.trim(6);
    for (let recorded = 0; recorded < 1_050; recorded += 50) {
      await Promise.all(Array.from({ length: 50 }, () => record({ time: 5 })));
    }
    expect(await log.trim(6)).toBe(1_050);
    expect(await list()).toEqual([]);
  });
});
