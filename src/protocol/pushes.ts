import type { Quote } from './quote.js';

/** The first message of an authenticated connection. Times are epoch milliseconds. */
export interface Welcome {
  readonly session: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly protocol: string;
  readonly serverTime: number;
  readonly heartbeatIntervalMs: number;
  readonly limits: {
    readonly maxPayloadBytes: number;
    readonly commandsPerSecond: number;
    readonly subscriptions: number;
  };
  readonly expiresAt: number;
}

/** An update that a back office sent on demand. `id` is the same on every device: clients drop repeats by it. */
export interface UpdatePush {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  readonly sentAt: number;
  readonly requireAck: boolean;
}

/** Every unsolicited server message and its `data`. */
export interface PushMap {
  welcome: Welcome;
  quotes: readonly Quote[];
  update: UpdatePush;
  'auth.expiring': { readonly expiresAt: number };
  reconnect: { readonly afterMs: number; readonly reason: string };
  lagged: { readonly symbols: readonly string[]; readonly missed: number };
}
