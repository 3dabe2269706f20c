import { Kysely } from 'kysely';
import { GuardedCalls } from '../../src/adapters/store/postgres/guarded-calls.js';
import { migrate } from '../../src/adapters/store/sql/migrate.js';
import type { Schema } from '../../src/adapters/store/sql/schema.js';
import { loadSqlite } from '../../src/adapters/store/sqlite/load-sqlite.js';
import { sqliteDialect } from '../../src/adapters/store/sqlite/sqlite-driver.js';
import { createSqlStores } from '../../src/adapters/store/sql/sql-stores.js';
import { groupWrites } from '../../src/adapters/store/grouped-writes.js';
import { CommitWindows } from '../../src/features/updates/commit-windows.js';
import { DeliveryRecords } from '../../src/features/updates/delivery-records.js';
import { PendingPages } from '../../src/features/updates/pending-pages.js';
import type { UpdateRequest } from '../../src/features/updates/plan-update.js';
import { Redelivery } from '../../src/features/updates/redelivery.js';
import { UnsettledUpdates } from '../../src/features/updates/unsettled-updates.js';
import { UpdateAcks } from '../../src/features/updates/update-acks.js';
import { UpdateDispatch } from '../../src/features/updates/update-dispatch.js';
import { UpdateIds } from '../../src/features/updates/update-ids.js';
import { UpdateReports } from '../../src/features/updates/update-reports.js';
import { UpdatesSchedule } from '../../src/features/updates/updates.schedule.js';
import { UpdatesService } from '../../src/features/updates/updates.service.js';
import type { Session } from '../../src/hub/session.js';
import type { UpdateStore } from '../../src/ports/update-store.port.js';
import type { Principal } from '../../src/protocol/principal.js';
import type { UpdatePush } from '../../src/protocol/pushes.js';
import { FakeWriter } from './fake.writer.js';
import { HubFixture, principalOf, turn } from './hub-fixture.js';

/** Turns after which nothing is under way any more, unless a test holds it back. */
const SETTLE_TURNS = 60;

/** Demand updates on a hub with fake receivers, a fake clock and a real store in memory. */
export class UpdatesFixture {
  readonly service: UpdatesService;
  readonly acks: UpdateAcks;
  readonly reports: UpdateReports;
  readonly records: DeliveryRecords;
  readonly redelivery: Redelivery;

  private constructor(
    readonly hub: HubFixture,
    readonly store: UpdateStore,
  ) {
    const { config, clock, metrics, receipts, publisher } = hub;
    const windows = new CommitWindows(hub.hub);
    this.records = new DeliveryRecords(store, receipts, clock, metrics);
    const pages = new PendingPages(store, this.records, clock);
    this.redelivery = new Redelivery(config, hub.hub, pages, receipts, this.records, windows, clock, metrics);
    const dispatch = new UpdateDispatch(hub.hub, publisher, this.redelivery, this.records, metrics);
    const unsettled = new UnsettledUpdates(store, dispatch, windows, clock, metrics);
    const ids = new UpdateIds(clock);
    this.service = new UpdatesService(
      config,
      hub.hub,
      hub.paced,
      store,
      dispatch,
      windows,
      this.redelivery,
      unsettled,
      ids,
      clock,
    );
    this.acks = new UpdateAcks(store, clock, metrics);
    this.reports = new UpdateReports(store, this.records, clock);
    const schedule = new UpdatesSchedule(
      config,
      hub.hub,
      hub.paced,
      store,
      dispatch,
      windows,
      this.records,
      clock,
    );
    for (const part of [receipts, this.records, this.redelivery, unsettled, schedule]) {
      part.onApplicationBootstrap();
    }
  }

  /** `wrap` puts something between the gateway and its store. */
  static async open(
    env: Record<string, string> = {},
    wrap: (store: UpdateStore) => UpdateStore = (store) => store,
  ): Promise<UpdatesFixture> {
    const { DatabaseSync } = await loadSqlite();
    const db = new Kysely<Schema>({ dialect: sqliteDialect(new DatabaseSync(':memory:')) });
    await migrate(db);
    const hub = new HubFixture(env);
    const stores = new GuardedCalls(() => true).guardAll(createSqlStores(db, 'sqlite'));
    const { updates } = groupWrites(stores, hub.config.store);
    return new UpdatesFixture(hub, wrap(updates));
  }

  /** A session of a user, on a device with this name if one is given. */
  connect(
    userId: string,
    deviceId?: string,
    claims: Partial<Principal> = {},
  ): { session: Session; writer: FakeWriter } {
    const writer = new FakeWriter();
    const session = this.hub.hub.open(this.hub.codec, writer);
    if (deviceId !== undefined) {
      session.deviceId = deviceId;
    }
    this.hub.hub.authenticate(session, principalOf(userId, claims));
    return { session, writer };
  }

  /** Sends, an inbox update to alice unless `request` says otherwise. */
  send(request: Partial<UpdateRequest> = {}): ReturnType<UpdatesService['sendDemandUpdates']> {
    return this.service.sendDemandUpdates({
      target: { users: ['alice'] },
      event: 'news',
      data: null,
      delivery: 'inbox',
      ...request,
    });
  }

  async settle(): Promise<void> {
    for (let turns = 0; turns < SETTLE_TURNS; turns += 1) {
      await turn();
    }
  }
}

/** The updates a receiver got, in order. */
export function updatesIn({ writer }: { writer: FakeWriter }): UpdatePush[] {
  return writer.messages.filter(({ event }) => event === 'update').map(({ data }) => data as UpdatePush);
}
