/** A message for every subscriber of the named channels, never merged with another. */
export interface LogPublication {
  readonly kind: 'log';
  readonly channels: readonly string[];
  readonly event: string;
  readonly data: unknown;
  /** Users and sessions that are left out although they subscribe. */
  readonly except?: { readonly users: readonly string[]; readonly sessions: readonly string[] };
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
