import type {
  NewUpdate,
  OutgoingUpdate,
  UpdateContent,
  UpdateExcept,
  UpdateRecord,
  UpdateTarget,
} from '../../../ports/update-store.port.js';
import type { DemandUpdateRow } from './update.tables.js';

/** Whom an update is for, as one document. */
export interface Addressees {
  readonly target: UpdateTarget;
  readonly except: UpdateExcept;
}

/** The columns of `contentOf`. */
export const CONTENT_COLUMNS = ['id', 'event', 'data', 'require_ack', 'sent_at', 'expires_at'] as const;

/** The columns of `recordOf`: all but the big ones. */
export const RECORD_COLUMNS = [
  'id',
  'state',
  'event',
  'delivery',
  'kind',
  'created_at',
  'not_before',
  'sent_at',
  'expires_at',
  'matched',
  'written',
  'acked',
  'dropped_slow',
  'expired',
  'superseded',
  'overflowed',
  'unreached',
] as const;

export function rowOf(update: NewUpdate): DemandUpdateRow {
  const isSent = update.notBefore === undefined;
  return {
    id: update.id,
    state: isSent ? 'sent' : 'scheduled',
    delivery: update.delivery,
    kind: update.target.kind,
    collapse_key: update.collapseKey ?? null,
    event: JSON.stringify(update.event),
    data: JSON.stringify(update.data),
    addressees: JSON.stringify({ target: update.target, except: update.except } satisfies Addressees),
    require_ack: update.requireAck ? 1 : 0,
    is_low: update.isLow ? 1 : 0,
    created_at: update.createdAt,
    not_before: update.notBefore ?? null,
    sent_at: isSent ? update.sentAt : null,
    expires_at: update.expiresAt,
    answer: JSON.stringify(update.answer),
    matched: isSent ? update.answer.matched.connections : 0,
    written: 0,
    acked: 0,
    dropped_slow: 0,
    expired: 0,
    superseded: 0,
    overflowed: 0,
    unreached: 0,
  };
}

export function addresseesOf({ addressees }: Pick<DemandUpdateRow, 'addressees'>): Addressees {
  return JSON.parse(addressees) as Addressees;
}

export function contentOf(row: Pick<DemandUpdateRow, (typeof CONTENT_COLUMNS)[number]>): UpdateContent {
  return {
    id: row.id,
    event: JSON.parse(row.event) as string,
    data: JSON.parse(row.data) as unknown,
    requireAck: row.require_ack === 1,
    sentAt: Number(row.sent_at),
    expiresAt: row.expires_at,
  };
}

export function outgoingOf(row: DemandUpdateRow): OutgoingUpdate {
  return {
    ...contentOf(row),
    ...addresseesOf(row),
    delivery: row.delivery,
    collapseKey: row.collapse_key ?? undefined,
    isLow: row.is_low === 1,
  };
}

export function recordOf(row: Pick<DemandUpdateRow, (typeof RECORD_COLUMNS)[number]>): UpdateRecord {
  return {
    id: row.id,
    state: row.state,
    event: JSON.parse(row.event) as string,
    delivery: row.delivery,
    targetKind: row.kind,
    createdAt: row.created_at,
    notBefore: row.not_before ?? undefined,
    sentAt: row.sent_at ?? undefined,
    expiresAt: row.expires_at,
    matched: row.matched,
    written: row.written,
    acked: row.acked,
    droppedSlow: row.dropped_slow,
    expired: row.expired,
    superseded: row.superseded,
    overflowed: row.overflowed,
    unreached: row.unreached,
  };
}
