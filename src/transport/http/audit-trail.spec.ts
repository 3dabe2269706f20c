import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { turn } from '../../../test/harness/hub-fixture.js';
import { testConfig } from '../../../test/harness/test-config.js';
import type { AuthenticatedRequest } from '../../auth/scope.guard.js';
import { Metrics } from '../../observability/metrics.js';
import { type AuditEntry, AuditLog } from '../../ports/audit-log.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { AuditTrail } from './audit-trail.js';
import { Audited } from './audited.decorator.js';

const DAY_MS = 86_400_000;

/** A log in memory that can go away. */
class FakeLog extends AuditLog {
  readonly entries: AuditEntry[] = [];
  readonly trimmed: number[] = [];
  isAway = false;

  async record(entry: AuditEntry): Promise<void> {
    this.failWhenAway();
    this.entries.push(entry);
  }

  list(): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.entries);
  }

  async trim(before: number): Promise<number> {
    this.failWhenAway();
    this.trimmed.push(before);
    return 0;
  }

  private failWhenAway(): void {
    if (this.isAway) {
      throw new StoreUnavailable();
    }
  }
}

class Handlers {
  @Audited('rooms.remove')
  remove(this: void): void {}

  unnamed(this: void): void {}
}

let log: FakeLog;
let clock: FakeClock;
let metrics: Metrics;
let trail: AuditTrail;
beforeEach(() => {
  Logger.overrideLogger(false);
  log = new FakeLog();
  clock = new FakeClock();
  metrics = new Metrics();
  trail = new AuditTrail(testConfig({ AUDIT_RETENTION_DAYS: '30' }), log, clock, metrics);
  trail.onApplicationBootstrap();
});
afterEach(() => trail.onApplicationShutdown());

const request = (fields: object = {}): FastifyRequest & AuthenticatedRequest =>
  ({
    method: 'DELETE',
    routeOptions: { url: '/v1/rooms/:room' },
    params: { room: 'ops' },
    principal: { userId: 'olga' },
    handler: Handlers.prototype.remove,
    ...fields,
  }) as unknown as FastifyRequest & AuthenticatedRequest;
const failures = async (): Promise<number> => (await metrics.auditFailed.get()).values[0]!.value;

describe('the audit trail', () => {
  it('records the name of the handler, the ids, and numbers and flags of the reply', async () => {
    const reply = {
      removed: true,
      messages: 3,
      matched: { users: 2 },
      updateId: 'u',
      body: 'text',
      data: {},
    };
    await trail.record(request({ auditTarget: { kind: 'all' } }), 200, reply);
    expect(log.entries).toEqual([
      {
        id: expect.any(String),
        time: clock.epochMs(),
        actor: 'olga',
        action: 'rooms.remove',
        target: { room: 'ops', kind: 'all' },
        outcome: 'done',
        result: { status: 200, removed: true, messages: 3, matched: { users: 2 }, updateId: 'u' },
      },
    ]);
  });

  it.each([
    [202, 'done'],
    [400, 'refused'],
    [403, 'refused'],
    [429, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
  ])('calls what is answered with %d %s', async (status, outcome) => {
    await trail.record(request(), status, undefined);
    expect(log.entries).toMatchObject([{ outcome, result: { status } }]);
  });

  it.each([{ handler: undefined }, { handler: Handlers.prototype.unnamed }])(
    'names a call without a name of its own by its route',
    async (fields) => {
      await trail.record(request(fields), 400, undefined);
      expect(log.entries).toMatchObject([{ action: 'DELETE /v1/rooms/:room' }]);
    },
  );

  it.each([{ method: 'GET' }, { method: 'HEAD' }, { method: 'OPTIONS' }, { principal: undefined }])(
    'leaves out what changes nothing, and strangers: %j',
    async (fields) => {
      await trail.record(request(fields), 200, undefined);
      expect(log.entries).toEqual([]);
    },
  );

  it('counts an entry that the store did not take, and lets the answer go', async () => {
    log.isAway = true;
    await trail.record(request(), 200, undefined);
    expect(await failures()).toBe(1);
    log.isAway = false;
    await trail.record(request(), 200, undefined);
    expect(await failures()).toBe(1);
    expect(log.entries).toHaveLength(1);
  });

  it('trims what is older than the retention, again after the store was away, until the end', async () => {
    log.isAway = true;
    clock.advance(DAY_MS);
    await turn();
    expect(log.trimmed).toEqual([]);
    log.isAway = false;
    clock.advance(DAY_MS);
    await turn();
    expect(log.trimmed.at(-1)).toBe(clock.epochMs() - 30 * DAY_MS);
    const trims = log.trimmed.length;
    trail.onApplicationShutdown();
    clock.advance(DAY_MS);
    expect(log.trimmed).toHaveLength(trims);
  });
});
