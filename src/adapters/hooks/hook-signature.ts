import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const MIN_KEY_BYTES = 24;

/**
 * Signs calls as Standard Webhooks 1.0 says. A secret that begins with `whsec_` is the key in base64, as its libraries
 * expect it; any other is the key itself.
 */
export class HookSignature {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = secret.startsWith(PREFIX)
      ? Buffer.from(secret.slice(PREFIX.length), 'base64')
      : Buffer.from(secret);
    if (this.key.length < MIN_KEY_BYTES) {
      throw new Error(`The secret of a hook must hold at least ${MIN_KEY_BYTES} bytes`);
    }
  }

  /** The headers that prove who sent `body`, and when. */
  headersFor(id: string, epochMs: number, body: string): Record<string, string> {
    const timestamp = String(Math.floor(epochMs / 1000));
    const digest = createHmac('sha256', this.key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
  }
}
