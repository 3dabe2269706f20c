import { randomUUID } from 'node:crypto';
import { BadRequestException, Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { ALL_CHANNEL, userChannel } from '../../protocol/channel.js';
import type { Principal } from '../../protocol/principal.js';
import type { UpdatePush } from '../../protocol/pushes.js';
import { type MatchedCounts, UpdateLedger, type UpdateReport } from './update-ledger.js';

/** Everybody, or named users on all their devices: exactly one of the two. */
export interface UpdateTarget {
  readonly all?: true;
  readonly users?: readonly string[];
}

export interface UpdateRequest {
  readonly target: UpdateTarget;
  readonly except?: { readonly users?: readonly string[]; readonly connections?: readonly string[] };
  /** What the client application calls it. */
  readonly event: string;
  readonly data: unknown;
  readonly requireAck?: boolean;
  /** Match and count, send nothing. */
  readonly dryRun?: boolean;
}

/** `matched` counts who was connected: a zero is an answer, not an error. */
export interface UpdateResult {
  readonly updateId: string;
  readonly matched: MatchedCounts;
  readonly dryRun: boolean;
}

/** Updates that a back office pushes on demand. */
@Injectable()
export class UpdatesService {
  constructor(
    private readonly hub: Hub,
    private readonly publisher: Publisher,
    private readonly ledger: UpdateLedger,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** Sends to everybody or to named users, on every device that is connected now. At most once; nothing is kept. */
  async sendDemandUpdates(request: UpdateRequest): Promise<UpdateResult> {
    const { all, users } = request.target;
    if ((all === undefined) === (users === undefined)) {
      throw new BadRequestException('Name exactly one target: all or users.');
    }
    const audience = new Audience(request);
    const matched = count(this.candidates(users), audience);
    const updateId = randomUUID();
    const dryRun = request.dryRun ?? false;
    if (!dryRun) {
      await this.send(updateId, request, audience, matched);
    }
    return { updateId, matched, dryRun };
  }

  /** The updates of `ids` that this session acknowledged now; ids it never got are left out. */
  ack(session: Session, ids: readonly string[]): string[] {
    const { principal } = session;
    const acked = ids.filter((id) => principal !== undefined && this.ledger.ack(id, principal, session.id));
    this.metrics.updatesAcked.inc(acked.length);
    return acked;
  }

  report(updateId: string): UpdateReport | undefined {
    return this.ledger.report(updateId);
  }

  private async send(
    id: string,
    { target, except, event, data, requireAck = false }: UpdateRequest,
    audience: Audience,
    matched: MatchedCounts,
  ): Promise<void> {
    const sentAt = this.clock.epochMs();
    const push: UpdatePush = { id, event, data, sentAt, requireAck };
    this.ledger.record(id, {
      sentAt,
      matched,
      isFor: (principal, sessionId) => audience.has(principal, sessionId),
    });
    this.metrics.updatesSent.inc({ target: target.all === true ? 'all' : 'users' });
    await this.publisher.publish({
      channels: target.users === undefined ? [ALL_CHANNEL] : [...new Set(target.users)].map(userChannel),
      event: 'update',
      data: push,
      ...(except !== undefined && {
        except: { users: except.users ?? [], sessions: except.connections ?? [] },
      }),
    });
  }

  private *candidates(users: readonly string[] | undefined): Iterable<Session> {
    if (users === undefined) {
      yield* this.hub.sessions;
      return;
    }
    for (const userId of new Set(users)) {
      yield* this.hub.sessionsOf(userId);
    }
  }
}

/** Who an update is for. */
class Audience {
  private readonly users: ReadonlySet<string> | undefined;
  private readonly exceptUsers: ReadonlySet<string>;
  private readonly exceptSessions: ReadonlySet<string>;

  constructor({ target, except }: UpdateRequest) {
    this.users = target.users && new Set(target.users);
    this.exceptUsers = new Set(except?.users);
    this.exceptSessions = new Set(except?.connections);
  }

  has({ userId }: Principal, sessionId: string): boolean {
    return (
      (this.users === undefined || this.users.has(userId)) &&
      !this.exceptUsers.has(userId) &&
      !this.exceptSessions.has(sessionId)
    );
  }
}

function count(sessions: Iterable<Session>, audience: Audience): MatchedCounts {
  const users = new Set<string>();
  let connections = 0;
  for (const { id, principal, isClosed } of sessions) {
    if (!isClosed && principal !== undefined && audience.has(principal, id)) {
      connections += 1;
      users.add(principal.userId);
    }
  }
  return { users: users.size, connections };
}
