import { BadRequestException } from '@nestjs/common';
import type { Audience } from '../../protocol/audience.js';
import type { DeliveryMode, SendAnswer, UpdateExcept, UpdateTarget } from '../../ports/update-store.port.js';

const DEFAULT_TTL_SECONDS = { live: 30, latest: 86_400, inbox: 86_400 } as const;
const MAX_AHEAD_MS = 366 * 86_400_000;

/** What a token's `sub` may be: nobody else can ever connect. */
const USER = /^[^\p{C}\p{Z}]{1,128}$/u;

/** ISO 8601 with an offset, as RFC 3339 section 5.6 narrows it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** An update as a caller asks for it. */
export interface UpdateRequest {
  /** Exactly one of them. */
  readonly target: {
    readonly all?: true;
    readonly users?: readonly string[];
    readonly audience?: Audience;
  };
  readonly except?: { readonly users?: readonly string[]; readonly connections?: readonly string[] };
  /** What the client application calls it. */
  readonly event: string;
  readonly data: unknown;
  /** Default `live`. */
  readonly delivery?: DeliveryMode;
  /** Needed by `latest`, and by nothing else. */
  readonly collapseKey?: string;
  /** Default 30 s for `live`, a day for what is kept. */
  readonly ttlSeconds?: number;
  /** Epoch milliseconds or ISO 8601 with an offset; sent at once when it has passed. */
  readonly notBefore?: number | string;
  /** Default: true for `inbox` alone. */
  readonly requireAck?: boolean;
  readonly priority?: 'normal' | 'low';
  /** Match and count, store and send nothing. */
  readonly dryRun?: boolean;
}

/** A request that makes sense, with every default filled in. */
export interface UpdatePlan {
  readonly event: string;
  readonly data: unknown;
  readonly delivery: DeliveryMode;
  readonly target: UpdateTarget;
  readonly except: UpdateExcept;
  readonly collapseKey: string | undefined;
  readonly requireAck: boolean;
  readonly isLow: boolean;
  readonly notBefore: number | undefined;
  readonly expiresAt: number;
  readonly rejected: SendAnswer['rejected'];
}

/** Fills in what the request leaves open. Throws 400 for one that contradicts itself. */
export function planUpdate(request: UpdateRequest, now: number, maxTtlSeconds: number): UpdatePlan {
  const { event, data, delivery = 'live', collapseKey, priority = 'normal' } = request;
  if ((delivery === 'latest') !== (collapseKey !== undefined)) {
    throw new BadRequestException('collapseKey belongs to delivery "latest", which needs one.');
  }
  const ttlSeconds = request.ttlSeconds ?? Math.min(DEFAULT_TTL_SECONDS[delivery], maxTtlSeconds);
  if (ttlSeconds > maxTtlSeconds) {
    throw new BadRequestException(`ttlSeconds may be ${maxTtlSeconds} at most.`);
  }
  const notBefore = futureInstant(request.notBefore, now);
  const { target, rejected } = targetOf(request.target);
  return {
    event,
    data,
    delivery,
    target,
    except: { users: request.except?.users ?? [], connections: request.except?.connections ?? [] },
    collapseKey,
    requireAck: request.requireAck ?? delivery === 'inbox',
    isLow: priority === 'low',
    notBefore,
    // What was scheduled is worth no more for having been waited for.
    expiresAt: (notBefore ?? now) + ttlSeconds * 1000,
    rejected,
  };
}

/** Which targeting method the request uses. Throws 400 unless it is exactly one. */
export function targetKindOf({ all, users, audience }: UpdateRequest['target']): UpdateTarget['kind'] {
  const kinds = [all === true && 'all', users && 'users', audience && 'audience'] as const;
  const [kind, ...others] = kinds.filter((name) => typeof name === 'string');
  if (kind === undefined || others.length > 0) {
    throw new BadRequestException('Name exactly one target: all, users or audience.');
  }
  return kind;
}

function targetOf(target: UpdateRequest['target']): {
  target: UpdateTarget;
  rejected: SendAnswer['rejected'];
} {
  const kind = targetKindOf(target);
  if (kind === 'all') {
    return { target: { kind }, rejected: [] };
  }
  if (kind === 'audience') {
    return { target: { kind, audience: target.audience! }, rejected: [] };
  }
  const users = [...new Set(target.users)];
  return {
    target: { kind, users: users.filter((user) => USER.test(user)) },
    rejected: users.filter((user) => !USER.test(user)).map((user) => ({ user, code: 'validation' })),
  };
}

/** Undefined for none and for a moment that has passed. */
function futureInstant(value: number | string | undefined, now: number): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const instant = typeof value === 'number' ? value : INSTANT.test(value) ? Date.parse(value) : NaN;
  if (!Number.isSafeInteger(instant) || instant < 0) {
    throw new BadRequestException('notBefore must be epoch milliseconds or ISO 8601 with an offset.');
  }
  if (instant > now + MAX_AHEAD_MS) {
    throw new BadRequestException('notBefore may be 366 days ahead at most.');
  }
  return instant > now ? instant : undefined;
}
