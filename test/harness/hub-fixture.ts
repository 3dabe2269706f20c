import type { AppConfig } from '../../config/app-config.js';
import { MemoryBroker } from '../../src/adapters/broker/memory.broker.js';
import { DeliveryReceipts } from '../../src/hub/delivery-receipts.js';
import { FanOut } from '../../src/hub/fan-out.js';
import { Flusher } from '../../src/hub/flusher.js';
import { Hub } from '../../src/hub/hub.js';
import { LogChannels } from '../../src/hub/log-channels.js';
import { LogOrder } from '../../src/hub/log-order.js';
import { MergeChannels } from '../../src/hub/merge-channels.js';
import { PacedFanOut } from '../../src/hub/paced-fan-out.js';
import { Publisher } from '../../src/hub/publisher.js';
import type { Session } from '../../src/hub/session.js';
import { Metrics } from '../../src/observability/metrics.js';
import type { Codec } from '../../src/protocol/codec.js';
import type { Principal } from '../../src/protocol/principal.js';
import { JsonCodec } from '../../src/transport/codec/json.codec.js';
import { FakeClock } from './fake.clock.js';
import { FakeWriter } from './fake.writer.js';
import { testConfig } from './test-config.js';

/** One for all fixtures: the registry's default metrics observe the process. */
const metrics = new Metrics();

export const principalOf = (userId: string, more: Partial<Principal> = {}): Principal => ({
  userId,
  roles: [],
  scopes: [],
  topics: [],
  attributes: {},
  expiresAtMs: undefined,
  ...more,
});

/** The hub of a node, wired as in the product, with a memory broker, a fake clock and fake receivers. */
export class HubFixture {
  readonly config: AppConfig;
  readonly clock = new FakeClock();
  readonly metrics = metrics;
  readonly codec: Codec = new JsonCodec();
  readonly broker = new MemoryBroker();
  readonly publisher = new Publisher(this.broker);
  readonly logs = new LogChannels();
  readonly merges = new MergeChannels(metrics);
  readonly order = new LogOrder(this.logs, metrics);
  readonly flusher: Flusher;
  readonly hub: Hub;
  readonly receipts: DeliveryReceipts;
  readonly paced = new PacedFanOut();

  constructor(env: Record<string, string> = {}) {
    this.config = testConfig(env);
    Object.assign(metrics.hot, {
      messagesIn: 0,
      deliveries: 0,
      flushes: 0,
      bytesOut: 0,
      conflated: 0,
      dropped: 0,
      queueBytes: 0,
      connections: 0,
      users: 0,
      upgrades: 0,
    });
    this.flusher = new Flusher(this.config, this.clock, metrics);
    this.hub = new Hub(this.logs, this.merges, this.flusher, this.clock, metrics);
    this.receipts = new DeliveryReceipts(this.clock);
    // It registers itself with the broker.
    void new FanOut(
      this.broker,
      this.logs,
      this.order,
      this.paced,
      this.receipts,
      this.merges,
      this.flusher,
      metrics,
    );
  }

  /** A session with its receiver, signed in when a user is named. */
  open(userId?: string, codec = this.codec): { session: Session; writer: FakeWriter } {
    const writer = new FakeWriter();
    const session = this.hub.open(codec, writer);
    if (userId !== undefined) {
      this.hub.authenticate(session, principalOf(userId));
    }
    return { session, writer };
  }

  /** Publishes new values of symbols, `quotes:<symbol>` each. */
  publishQuotes(...quotes: readonly { readonly symbol: string }[]): void {
    void this.publisher.publishValues(quotes.map((value) => ({ channel: `quotes:${value.symbol}`, value })));
  }
}

/** The end of this turn of the event loop, with what was scheduled for it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
