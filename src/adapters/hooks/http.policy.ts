import { randomUUID } from 'node:crypto';
import type { AppConfig } from '../../../config/app-config.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../ports/clock.port.js';
import { type MessageDraft, type PolicyVerdict, PublishPolicy } from '../../ports/publish-policy.port.js';
import { STORABLE } from '../../protocol/storable-text.js';
import { CallFailed } from './call-failed.js';
import { HookClient } from './hook-client.js';
import { HookSignature } from './hook-signature.js';
import { OutageLog } from './outage-log.js';

const MAX_CONNECTIONS = 32;
/** With those that wait for a connection: messages of senders who wait for their answer. */
const MAX_CALLS = 1_000;

/** Asks a URL. Everything but an answer it understands is a failure, and fails the send. */
export class HttpPolicy extends PublishPolicy {
  private readonly outages = new OutageLog('Policy');
  private calls = 0;

  constructor(
    private readonly client: HookClient,
    /** Undefined: calls are not signed. */
    private readonly signature: HookSignature | undefined,
    private readonly maxBodyBytes: number,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  /** Asks the URL of the configuration, which must name one. */
  static create({ chat, webhook }: AppConfig, clock: Clock, metrics: Metrics): HttpPolicy {
    const { url, timeoutMs } = chat.policy;
    const client = new HookClient({
      url: url!,
      timeoutMs,
      arePrivateAddressesAllowed: webhook.arePrivateAddressesAllowed,
      maxConnections: MAX_CONNECTIONS,
      isKeptAlive: true,
    });
    const { secret } = webhook;
    const signature = secret === undefined ? undefined : new HookSignature(secret);
    return new HttpPolicy(client, signature, chat.maxBodyBytes, clock, metrics);
  }

  /** Throws `CallFailed`. */
  async judge(draft: MessageDraft): Promise<PolicyVerdict> {
    if (this.calls >= MAX_CALLS) {
      this.metrics.policyCalls.inc({ outcome: 'overload' });
      throw new CallFailed('overload');
    }
    this.calls += 1;
    try {
      const verdict = await this.ask(draft);
      this.metrics.policyCalls.inc({ outcome: verdict.action });
      this.outages.succeeded();
      return verdict;
    } catch (error) {
      const failure = error instanceof CallFailed ? error : new CallFailed('connection');
      this.metrics.policyCalls.inc({ outcome: failure.reason });
      this.outages.failed(failure);
      throw failure;
    } finally {
      this.calls -= 1;
    }
  }

  private async ask({ room, from, to, body, meta }: MessageDraft): Promise<PolicyVerdict> {
    const question = JSON.stringify({ room, from, to, body, meta });
    const signed = this.signature?.headersFor(randomUUID(), this.clock.epochMs(), question);
    const answer = await this.client.post(question, { ...signed });
    if (answer.status < 200 || answer.status > 299) {
      throw new CallFailed('status', String(answer.status));
    }
    const verdict = verdictOf(answer.body, this.maxBodyBytes);
    if (verdict === undefined) {
      throw new CallFailed('answer');
    }
    return verdict;
  }
}

function verdictOf(answer: string | undefined, maxBodyBytes: number): PolicyVerdict | undefined {
  let verdict: unknown;
  try {
    verdict = JSON.parse(answer ?? '');
  } catch {
    return undefined;
  }
  const { action, body } = (verdict ?? {}) as { action?: unknown; body?: unknown };
  if (action === 'allow' || action === 'refuse') {
    return { action };
  }
  if (action !== 'rewrite' || typeof body !== 'string' || body === '' || !STORABLE.test(body)) {
    return undefined;
  }
  return Buffer.byteLength(body) > maxBodyBytes ? undefined : { action, body };
}
