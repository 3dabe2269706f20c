import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/**
 * Everything the process counts, in one place. Labels take values from our own tables alone, never a user, a symbol,
 * an address or a code that a client chose.
 */
export class Metrics {
  readonly registry = new Registry();

  /**
   * Counters of the hot path: plain numbers, handed to the registry when it is scraped. A labelled counter hashes its
   * labels at every increment, which costs more than the rest of a delivery's JavaScript.
   */
  readonly hot = {
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
  };

  readonly upgradesRejected = this.counter('ws_upgrade_rejected_total', 'Upgrades refused', ['reason']);
  readonly tokensRefused = this.counter('tokens_refused_total', 'Tokens refused, wherever they came in', [
    'reason',
  ]);
  readonly closed = this.counter('ws_closed_total', 'Connections closed', ['code', 'reason']);
  readonly messagesRejected = this.counter('ws_message_rejected_total', 'Messages refused', ['reason']);
  readonly heartbeatRoundsSkipped = this.counter(
    'heartbeat_rounds_skipped_total',
    'Heartbeat rounds skipped because this process itself lagged',
    [],
  );
  readonly lagged = this.counter('ws_lagged_total', 'Values lost to slow subscribers of mode all', []);
  readonly httpResponses = this.counter('http_responses_total', 'HTTP responses', ['status']);
  readonly feedBadTicks = this.counter('feed_bad_ticks_total', 'Ticks of the feed that were not usable', []);
  readonly scheduleSkipped = this.counter(
    'schedule_skipped_total',
    'Runs of a schedule that were skipped because they came too late',
    [],
  );
  readonly updatesSent = this.counter('updates_sent_total', 'Updates sent', ['target']);
  readonly updatesAcked = this.counter('updates_acked_total', 'Updates acknowledged by a device', []);
  readonly updatesRedelivered = this.counter(
    'updates_redelivered_total',
    'Kept updates given to devices that connected',
    [],
  );
  readonly updatesUndelivered = this.counter(
    'updates_undelivered_total',
    'Updates a connection did not take',
    ['reason'],
  );
  readonly updatesUnsettled = this.counter(
    'updates_outcome_unknown_total',
    'Updates whose commit may or may not have happened',
    [],
  );
  readonly logDuplicates = this.counter(
    'log_duplicates_total',
    'Publications of numbered logs that came twice',
    [],
  );
  readonly gapRepairs = this.counter('gap_repairs_total', 'Gaps of numbered logs read from the store', []);
  readonly chatSends = this.counter('chat_sends_total', 'Messages sent, by what became of them', ['outcome']);
  readonly chatResumes = this.counter('chat_resumes_total', 'Joins with a place to resume from', ['result']);
  readonly sendsOutcomeUnknown = this.counter(
    'sends_outcome_unknown_total',
    'Messages whose commit may or may not have happened',
    [],
  );
  readonly changesOutcomeUnknown = this.counter(
    'room_changes_outcome_unknown_total',
    'Edits, deletions and member changes whose commit may or may not have happened',
    [],
  );
  readonly storeRetries = this.counter('store_retries_total', 'Transactions that were tried again', []);
  readonly auditFailed = this.counter('audit_failed_total', 'Audit entries that could not be written', []);
  readonly webhookCalls = this.counter('webhook_calls_total', 'Calls of the webhook, by what came of them', [
    'outcome',
  ]);
  readonly webhookDropped = this.counter('webhook_dropped_total', 'Events that the webhook was never told', [
    'reason',
  ]);
  readonly policyCalls = this.counter('policy_calls_total', 'Questions to the chat policy, by the answer', [
    'outcome',
  ]);
  readonly logsDropped = this.counter(
    'log_dropped_total',
    'Log lines dropped because the sink was blocked',
    [],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.scraped('ws_messages_received_total', 'Messages received', () => this.hot.messagesIn);
    this.scraped(
      'ws_deliveries_total',
      'Pushes, replies and quotes handed to sockets',
      () => this.hot.deliveries,
    );
    this.scraped('ws_flushes_total', 'Socket writes, each emptying an outbox', () => this.hot.flushes);
    this.scraped('ws_sent_bytes_total', 'Bytes handed to sockets', () => this.hot.bytesOut);
    this.scraped(
      'quotes_conflated_total',
      'Values replaced by newer ones before a client took them, counted when it takes one or ends',
      () => this.hot.conflated,
    );
    this.scraped(
      'ws_dropped_total',
      'Typing and presence pushes that a client which was behind did without',
      () => this.hot.dropped,
    );
    this.scraped('ws_upgrades_total', 'Upgrades accepted', () => this.hot.upgrades);
    this.scrapedGauge('ws_connections', 'Open connections', () => this.hot.connections);
    this.scrapedGauge('ws_users', 'Users with an open connection', () => this.hot.users);
    this.scrapedGauge(
      'ws_queue_bytes',
      'Bytes of replies and log pushes waiting in all outboxes',
      () => this.hot.queueBytes,
    );
  }

  private counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  private scraped(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  private scrapedGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(read()),
    });
  }
}
