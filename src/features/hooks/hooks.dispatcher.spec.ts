import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import { HookQueue, type HookJob } from '../../ports/hook-queue.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { Webhook, type WebhookEvent, type WebhookOutcome } from '../../ports/webhook.port.js';
import { HooksDispatcher } from './hooks.dispatcher.js';
import type { OfflineCalls } from './offline-calls.js';
import { MAX_ATTEMPTS } from './retry-schedule.js';

/** Jobs in memory, with the leases of a real queue. */
class FakeQueue extends HookQueue {
  readonly jobs = new Map<string, { job: HookJob; dueAt: number }>();
  isAway = false;

  add(id: string, attempts = 0): void {
    this.jobs.set(id, { job: { id, kind: 'chat', room: 'ops', seq: 1, attempts }, dueAt: 0 });
  }

  async take(now: number, leaseMs: number, limit: number): Promise<HookJob[]> {
    this.failWhenAway();
    const due = [...this.jobs.values()].filter(({ dueAt }) => dueAt <= now).slice(0, limit);
    due.forEach((entry) => {
      entry.dueAt = now + leaseMs;
    });
    return due.map(({ job }) => job);
  }

  async retry(id: string, at: number): Promise<void> {
    this.failWhenAway();
    const { job } = this.jobs.get(id)!;
    this.jobs.set(id, { job: { ...job, attempts: job.attempts + 1 }, dueAt: at });
  }

  async remove(id: string): Promise<void> {
    this.failWhenAway();
    this.jobs.delete(id);
  }

  private failWhenAway(): void {
    if (this.isAway) {
      throw new StoreUnavailable();
    }
  }
}

/** Keeps calls until the test says what becomes of them. */
class FakeWebhook extends Webhook {
  readonly ids: string[] = [];
  readonly open: ((outcome: WebhookOutcome) => void)[] = [];
  outcome: WebhookOutcome | undefined = 'delivered';

  deliver(id: string): Promise<WebhookOutcome> {
    this.ids.push(id);
    return new Promise((resolve) => {
      if (this.outcome === undefined) {
        this.open.push(resolve);
      } else {
        resolve(this.outcome);
      }
    });
  }
}

let fixture: HubFixture;
let queue: FakeQueue;
let webhook: FakeWebhook;
let dispatcher: HooksDispatcher;
let pagesOf: (job: HookJob) => number;

beforeEach(() => {
  Logger.overrideLogger(false);
  fixture = new HubFixture();
  fixture.metrics.webhookDropped.reset();
  queue = new FakeQueue();
  webhook = new FakeWebhook();
  pagesOf = () => 1;
  const offline = {
    async *of(job: HookJob) {
      for (let page = 0; page < pagesOf(job); page += 1) {
        yield { id: page === 0 ? job.id : `${job.id}.${page}`, event: {} as WebhookEvent };
      }
    },
  } as OfflineCalls;
  dispatcher = new HooksDispatcher(fixture.config, queue, offline, webhook, fixture.clock, fixture.metrics);
  dispatcher.onApplicationBootstrap();
  fixture.clock.advance(fixture.config.webhook.delayMs);
});
afterEach(() => {
  webhook.open.forEach((resolve) => resolve('delivered'));
  return dispatcher.onApplicationShutdown();
});

const later = async (ms: number): Promise<void> => {
  fixture.clock.advance(ms);
  for (let round = 0; round < 5; round += 1) {
    await turn();
  }
};
/** Time that passes, and the look at the queue at its end: those on the way met one that was not over. */
const muchLater = async (ms: number): Promise<void> => {
  await later(ms);
  await later(500);
};
const dropped = async (): Promise<unknown[]> =>
  (await fixture.metrics.webhookDropped.get()).values.map(({ labels, value }) => [labels.reason, value]);

describe('a job of the webhook', () => {
  it('is done when all its calls are delivered, or when it has none', async () => {
    pagesOf = ({ id }) => (id === 'nobody' ? 0 : 2);
    queue.add('job');
    queue.add('nobody');
    await later(500);
    expect(webhook.ids).toEqual(['job', 'job.1']);
    expect(queue.jobs.size).toBe(0);
    expect(await dropped()).toEqual([]);
  });

  it('stops at the first call that fails and begins anew', async () => {
    pagesOf = () => 3;
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    webhook.open.shift()!('delivered');
    await later(0);
    webhook.open.shift()!('failed');
    await later(0);
    webhook.outcome = 'delivered';
    await muchLater(5_000);
    expect(webhook.ids).toEqual(['job', 'job.1', 'job', 'job.1', 'job.2']);
    expect(queue.jobs.size).toBe(0);
  });

  it('is tried ten times over hours and then dropped and counted', async () => {
    webhook.outcome = 'failed';
    queue.add('job');
    await later(500);
    expect(webhook.ids).toHaveLength(1);
    for (let hour = 0; hour < 12; hour += 1) {
      await muchLater(3_600_000);
    }
    expect(webhook.ids).toEqual(Array.from({ length: MAX_ATTEMPTS }, () => 'job'));
    expect(queue.jobs.size).toBe(0);
    expect(await dropped()).toEqual([['attempts', 1]]);
  });

  it('is dropped at once when its receiver is gone', async () => {
    webhook.outcome = 'gone';
    queue.add('job');
    await later(500);
    expect(queue.jobs.size).toBe(0);
    expect(await dropped()).toEqual([['gone', 1]]);
  });

  it('is made again after its lease when the store does not hear of the delivery', async () => {
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    queue.isAway = true;
    webhook.open.shift()!('delivered');
    await later(10_000);
    queue.isAway = false;
    webhook.outcome = 'delivered';
    await later(49_000);
    expect(webhook.ids).toEqual(['job']);
    await muchLater(2_000);
    expect(webhook.ids).toEqual(['job', 'job']);
    expect(queue.jobs.size).toBe(0);
  });

  it('counts as failed when it cannot be worked on, and leaves the others alone', async () => {
    pagesOf = ({ id }) => {
      if (id === 'broken') {
        throw new Error('a fault of ours');
      }
      return 1;
    };
    queue.add('broken', MAX_ATTEMPTS - 1);
    queue.add('job');
    await later(500);
    expect(webhook.ids).toEqual(['job']);
    expect(queue.jobs.size).toBe(0);
    expect(await dropped()).toEqual([['attempts', 1]]);
  });
});

describe('the dispatcher', () => {
  it('has eight jobs under way at most, and takes the next as soon as one is done', async () => {
    webhook.outcome = undefined;
    Array.from({ length: 20 }, (_, index) => queue.add(`job-${index}`));
    await later(500);
    expect(webhook.open).toHaveLength(8);
    await later(5_000);
    expect(webhook.ids).toHaveLength(8);
    webhook.open.shift()!('delivered');
    await later(0);
    expect(webhook.ids).toHaveLength(9);
    webhook.outcome = 'delivered';
    webhook.open.splice(0).forEach((resolve) => resolve('delivered'));
    await later(0);
    await later(500);
    expect(new Set(webhook.ids).size).toBe(20);
    expect(webhook.ids).toHaveLength(20);
  });

  it('does not take up a job that outlived its lease in its own hands', async () => {
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    await muchLater(61_000);
    expect(webhook.ids).toEqual(['job']);
  });

  it('goes on when the store is back', async () => {
    queue.isAway = true;
    queue.add('job');
    await later(5_000);
    expect(webhook.ids).toEqual([]);
    queue.isAway = false;
    await later(500);
    expect(webhook.ids).toEqual(['job']);
  });

  it('takes nothing more once it is stopped, and waits for what is under way', async () => {
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    let isStopped = false;
    const stop = async (): Promise<void> => {
      await dispatcher.onApplicationShutdown();
      isStopped = true;
    };
    const stopped = stop();
    queue.add('late');
    await later(1_000);
    expect(isStopped).toBe(false);
    webhook.open.shift()!('delivered');
    await stopped;
    expect(webhook.ids).toEqual(['job']);
    expect([...queue.jobs.keys()]).toEqual(['late']);
  });

  it('tells nobody of users whom a restart cut off, before they had time to come back', async () => {
    queue.add('job');
    dispatcher.onApplicationBootstrap();
    await later(fixture.config.webhook.delayMs - 1);
    expect(webhook.ids).toEqual([]);
    await later(500);
    expect(webhook.ids).toEqual(['job']);
  });

  it('tells nobody of users whom the drain disconnects', async () => {
    pagesOf = () => 2;
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    dispatcher.onModuleDestroy();
    queue.add('late');
    webhook.open.shift()!('delivered');
    await later(5_000);
    expect(webhook.ids).toEqual(['job']);
    expect([...queue.jobs.keys()]).toEqual(['job', 'late']);
  });

  it('leaves a job that failed while it stops to its lease', async () => {
    webhook.outcome = undefined;
    queue.add('job');
    await later(500);
    const stopped = dispatcher.onApplicationShutdown();
    webhook.open.shift()!('failed');
    await stopped;
    expect(queue.jobs.get('job')!.job.attempts).toBe(0);
  });

  it('does nothing where no webhook is configured', async () => {
    await dispatcher.onApplicationShutdown();
    const idle = new HooksDispatcher(
      fixture.config,
      queue,
      {} as OfflineCalls,
      undefined,
      fixture.clock,
      fixture.metrics,
    );
    idle.onApplicationBootstrap();
    queue.add('job');
    await later(5_000);
    expect(queue.jobs.get('job')!.dueAt).toBe(0);
    await idle.onApplicationShutdown();
  });
});
