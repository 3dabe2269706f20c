import type { Audience } from '../protocol/audience.js';

/** A message for every subscriber of the named channels, never merged with another. */
export interface LogPublication {
  readonly kind: 'log';
  readonly channels: readonly string[];
  readonly event: string;
  readonly data: unknown;
  /** Users and sessions that are left out although they subscribe. */
  readonly except?: { readonly users: readonly string[]; readonly sessions: readonly string[] };
  /** Narrows the subscribers to those whose claims match. */
  readonly audience?: Audience;
  /**
   * Its place in a numbered log, which is a channel too: delivered after its predecessor and once, to those who joined
   * the log and to those of `channels` who did not.
   */
  readonly position?: { readonly log: string; readonly seq: number };
  /** Epoch milliseconds: beyond it nothing of it is written any more. */
  readonly expiresAt?: number;
  /** Names it in the reports of what became of it. */
  readonly receiptId?: string;
  /** Many get it and none is in a hurry: it yields to everything else. */
  readonly isPaced?: boolean;
  /** A receiver that is behind does without. */
  readonly isDroppable?: boolean;
}

/** New values of merge channels, in the order they came: of one channel the last stands, the others may be skipped. */
export interface MergePublication {
  readonly kind: 'merge';
  readonly values: readonly { readonly channel: string; readonly value: unknown }[];
}

export type Publication = LogPublication | MergePublication;

/** Carries publications between nodes, this one included. At most once: it is a hint, a store is the truth. */
export abstract class Broker {
  /** Resolves when the broker has taken the publication, not when anyone received it. */
  abstract publish(publication: Publication): Promise<void>;
  /** Calls `receive` with every publication, in the order one publisher made them. One receiver a node. */
  abstract receive(receiver: (publication: Publication) => void): void;
}
