import type { Selectable } from 'kysely';
import type { DeliveryMode, UpdateTarget } from '../../../ports/update-store.port.js';

/** Updates on demand, whom they are kept for, and the keys that make a repeated request harmless. */
export interface UpdateTables {
  demand_update: DemandUpdateTable;
  update_key: UpdateKeyTable;
  update_target: UpdateTargetTable;
  standing_update: StandingUpdateTable;
  update_device: UpdateDeviceTable;
}

interface DemandUpdateTable {
  id: string;
  state: 'scheduled' | 'sent' | 'cancelled';
  delivery: DeliveryMode;
  kind: UpdateTarget['kind'];
  collapse_key: string | null;
  /** JSON text, like `data`: it may hold characters that PostgreSQL's text does not. */
  event: string;
  data: string;
  /** JSON of `Addressees`. */
  addressees: string;
  require_ack: 0 | 1;
  is_low: 0 | 1;
  created_at: number;
  not_before: number | null;
  sent_at: number | null;
  expires_at: number;
  /** JSON of `SendAnswer`. */
  answer: string;
  matched: number;
  written: number;
  acked: number;
  dropped_slow: number;
  expired: number;
  superseded: number;
  overflowed: number;
  unreached: number;
}

interface UpdateKeyTable {
  key: string;
  body_hash: string;
  update_id: string;
}

/** A named user of a kept update. */
interface UpdateTargetTable {
  update_id: string;
  user_id: string;
  state: 'open' | 'superseded' | 'overflowed' | 'cancelled';
  delivery: DeliveryMode;
  collapse_key: string | null;
  sent_at: number;
  expires_at: number;
  /** When the first device was given it. */
  reached_at: number | null;
}

/** An update kept for everybody, or for an audience that each device is matched with when it connects. */
interface StandingUpdateTable {
  update_id: string;
  /** Addressees in one spelling: a newer `latest` replaces an older one for the same. */
  scope: string;
  delivery: DeliveryMode;
  collapse_key: string | null;
  sent_at: number;
  expires_at: number;
}

/** A device that has been given an update, or has acknowledged it. */
interface UpdateDeviceTable {
  update_id: string;
  user_id: string;
  device_id: string;
  acked_at: number | null;
}

export type DemandUpdateRow = Selectable<DemandUpdateTable>;
