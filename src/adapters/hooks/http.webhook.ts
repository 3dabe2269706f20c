import type { AppConfig } from '../../../config/app-config.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../ports/clock.port.js';
import { Webhook, type WebhookEvent, type WebhookOutcome } from '../../ports/webhook.port.js';
import { CallFailed } from './call-failed.js';
import { HookClient } from './hook-client.js';
import { HookSignature } from './hook-signature.js';
import { OutageLog } from './outage-log.js';

const TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 8;
const GONE = 410;

/** Posts signed events to a URL. A complete 2xx answer is a delivery. */
export class HttpWebhook extends Webhook {
  private readonly outages = new OutageLog('Webhook');

  constructor(
    private readonly client: HookClient,
    private readonly signature: HookSignature,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  /** To the target of the configuration, which must name one. */
  static create({ webhook }: AppConfig, clock: Clock, metrics: Metrics): HttpWebhook {
    const { url, secret, arePrivateAddressesAllowed } = webhook;
    const client = new HookClient({
      url: url!,
      timeoutMs: TIMEOUT_MS,
      arePrivateAddressesAllowed,
      maxConnections: MAX_CONNECTIONS,
      isKeptAlive: false,
    });
    return new HttpWebhook(client, new HookSignature(secret!), clock, metrics);
  }

  async deliver(id: string, event: WebhookEvent): Promise<WebhookOutcome> {
    const body = JSON.stringify(event);
    try {
      const signed = this.signature.headersFor(id, this.clock.epochMs(), body);
      const { status } = await this.client.post(body, signed);
      if (status === GONE) {
        this.metrics.webhookCalls.inc({ outcome: 'gone' });
        return 'gone';
      }
      if (status < 200 || status > 299) {
        throw new CallFailed('status', String(status));
      }
    } catch (error) {
      const failure = error instanceof CallFailed ? error : new CallFailed('connection');
      this.metrics.webhookCalls.inc({ outcome: failure.reason });
      this.outages.failed(failure);
      return 'failed';
    }
    this.metrics.webhookCalls.inc({ outcome: 'delivered' });
    this.outages.succeeded();
    return 'delivered';
  }
}
