import type { Audience } from '../protocol/audience.js';

/** `live`: nothing is kept. `latest`: the newest value per user and collapse key. `inbox`: a bounded list per user. */
export type DeliveryMode = 'live' | 'latest' | 'inbox';

/** Whom an update is for. */
export type UpdateTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'audience'; readonly audience: Audience }
  | { readonly kind: 'users'; readonly users: readonly string[] };

/** Who is left out of the target. */
export interface UpdateExcept {
  readonly users: readonly string[];
  readonly connections: readonly string[];
}

/** What a device is pushed. Times are epoch milliseconds throughout. */
export interface UpdateContent {
  /** Ids grow with time: they are the order of lists, and of updates of one millisecond. */
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  readonly requireAck: boolean;
  readonly sentAt: number;
  readonly expiresAt: number;
}

/** An update with whom it goes to. */
export interface OutgoingUpdate extends UpdateContent {
  readonly delivery: DeliveryMode;
  readonly target: UpdateTarget;
  readonly except: UpdateExcept;
  /** Of `latest` alone. */
  readonly collapseKey: string | undefined;
  /** It yields even where few get it. */
  readonly isLow: boolean;
}

/** What the caller of a send is told, and told again when the request is repeated. */
export interface SendAnswer {
  readonly matched: { readonly users: number; readonly connections: number };
  /** Named users without a connection for whom it is kept. */
  readonly offlineQueued: number;
  readonly rejected: readonly { readonly user: string; readonly code: string }[];
}

export interface NewUpdate extends OutgoingUpdate {
  /** It waits until then and `sentAt` says nothing yet; undefined: it is being sent now. */
  readonly notBefore: number | undefined;
  readonly createdAt: number;
  readonly answer: SendAnswer;
  /** Who repeats the key with the same body gets the first answer. Both are digests. */
  readonly idempotency: { readonly key: string; readonly bodyHash: string } | undefined;
  /** Have named users who did not acknowledge an `inbox` update told by then; undefined: nobody is told. */
  readonly notifyAt: number | undefined;
  /** Inbox updates that wait for one user at most: the oldest give way. */
  readonly maxInbox: number;
}

/** `conflict`: the key was used with another body. */
export type CreateOutcome =
  | { readonly outcome: 'created' }
  | { readonly outcome: 'duplicate'; readonly updateId: string; readonly answer: SendAnswer }
  | { readonly outcome: 'conflict' };

/** The place of an update among those of one device. */
export interface UpdatePosition {
  readonly sentAt: number;
  readonly id: string;
}

/** A device as updates are matched with it: its user's claims as its token says. */
export interface Device {
  readonly user: string;
  readonly deviceId: string;
  readonly roles: readonly string[];
  readonly topics: readonly string[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** A device that has connected; `after` is the last update of the page before. */
export interface PendingQuery extends Device {
  readonly after: UpdatePosition | undefined;
}

/** What waits for a device, in the order it was sent. `next` is where to go on; undefined: that was all. */
export interface PendingPage {
  readonly updates: readonly {
    readonly content: UpdateContent;
    /** It was meant for this device before: it does not count as another one. */
    readonly isKnown: boolean;
  }[];
  readonly next: UpdatePosition | undefined;
}

export interface DeviceAck extends Device {
  readonly connectionId: string;
  /** A `live` update from before it reached the device not at all. */
  readonly connectedAt: number;
  readonly ids: readonly string[];
}

/** What became of updates since the last record. */
export interface DeliveryRecord {
  readonly counts: readonly {
    readonly updateId: string;
    readonly matched: number;
    readonly written: number;
    readonly droppedSlow: number;
    readonly expired: number;
  }[];
  /** Devices that kept updates were given; `deviceId` undefined: one that does not come back under its name. */
  readonly reached: readonly {
    readonly updateId: string;
    readonly user: string;
    readonly deviceId: string | undefined;
  }[];
  readonly time: number;
}

/** An update and what became of it, counted in devices unless it says otherwise. */
export interface UpdateRecord {
  readonly id: string;
  readonly state: 'scheduled' | 'sent' | 'cancelled';
  readonly event: string;
  readonly delivery: DeliveryMode;
  readonly targetKind: UpdateTarget['kind'];
  readonly createdAt: number;
  readonly notBefore: number | undefined;
  readonly sentAt: number | undefined;
  readonly expiresAt: number;
  readonly matched: number;
  readonly written: number;
  readonly acked: number;
  readonly droppedSlow: number;
  readonly expired: number;
  /** Named users for whom a newer one came, or whose inbox was full; 1 where it was kept for everybody. */
  readonly superseded: number;
  readonly overflowed: number;
  /** Named users it is still kept for and none of whose devices was given it. */
  readonly unreached: number;
}

/** What became of an update for one user. */
export interface UserRecord {
  readonly user: string;
  /** `open`: kept, or `live`. */
  readonly state: 'open' | 'superseded' | 'overflowed' | 'cancelled';
  readonly isReached: boolean;
  /** Devices that named themselves, and every device that acknowledged. */
  readonly devices: readonly { readonly device: string; readonly ackedAt: number | undefined }[];
}

/**
 * Updates on demand: whom they wait for, and what became of them. What `create` has stored survives a crash before
 * anybody gets it. Every method throws `StoreUnavailable`.
 */
export abstract class UpdateStore {
  /** Stores the update with everything that keeps it, or finds the earlier one of the same key, in one transaction. */
  abstract create(update: NewUpdate): Promise<CreateOutcome>;
  /** Scheduled updates whose time has come, each to one caller alone. Those that expired waiting are left out. */
  abstract claimDue(request: {
    readonly now: number;
    readonly limit: number;
    readonly maxInbox: number;
    readonly notifyAt: number | undefined;
  }): Promise<readonly OutgoingUpdate[]>;
  /** What waits for each of the devices, in their order; at most `limit` updates for each. */
  abstract pendingFor(
    devices: readonly PendingQuery[],
    now: number,
    limit: number,
  ): Promise<readonly PendingPage[]>;
  /** For each acknowledgement the ids that are the device's, and how many of them it acknowledged for the first time. */
  abstract ack(
    acks: readonly DeviceAck[],
    now: number,
  ): Promise<readonly { readonly acked: readonly string[]; readonly added: number }[]>;
  abstract record(record: DeliveryRecord): Promise<void>;
  abstract find(id: string): Promise<UpdateRecord | undefined>;
  /** Newest first; `before` is the last id of the page before. */
  abstract list(before: string | undefined, limit: number): Promise<readonly UpdateRecord[]>;
  /** The users of an update by name: those named, or else those with a device of their own name. */
  abstract users(id: string, after: string, limit: number): Promise<readonly UserRecord[]>;
  /** False when there is nothing to cancel: it has expired, was cancelled before, or does not exist. */
  abstract cancel(id: string, now: number): Promise<boolean>;
  /** Removes updates that expired before this moment, with all that is known of them. How many went. */
  abstract trim(before: number): Promise<number>;
}
