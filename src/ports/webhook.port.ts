import type { RoomKind } from '../protocol/chat.js';

/** A message that users who are not connected have not read. */
export interface ChatOffline {
  readonly type: 'chat.message.offline';
  /** When the message was sent, epoch milliseconds. */
  readonly time: number;
  readonly room: string;
  readonly kind: RoomKind;
  readonly from: string;
  readonly seq: number;
  readonly id: string;
  /** The start of the body. */
  readonly preview: string;
  readonly recipients: readonly string[];
}

/** An update that users who are not connected have not acknowledged. */
export interface UpdateOffline {
  readonly type: 'update.offline';
  /** When the update was sent, epoch milliseconds. */
  readonly time: number;
  readonly updateId: string;
  readonly event: string;
  readonly recipients: readonly string[];
}

export type WebhookEvent = ChatOffline | UpdateOffline;

/** `gone`: the receiver wants no such call any more. */
export type WebhookOutcome = 'delivered' | 'failed' | 'gone';

/** Tells an application that somebody was not there. At least once: the receiver drops repeats by `id`. */
export abstract class Webhook {
  /** Never rejects. `id` is the same in every attempt. */
  abstract deliver(id: string, event: WebhookEvent): Promise<WebhookOutcome>;
}
