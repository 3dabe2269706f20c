import { randomUUID } from 'node:crypto';
import { BadRequestException, Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { ALL_CHANNEL, userChannel } from '../../protocol/channel.js';
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
    if ((all === true) === Array.isArray(users)) {
      throw new BadRequestException('Name exactly one target: all or users.');
    }
    const audience = new Audience(request, this.hub.newestOrdinal);
    const matched = this.match(request, audience);
    const updateId = randomUUID();
    const dryRun = request.dryRun ?? false;
    if (!dryRun) {
      await this.send(updateId, request, audience, matched);
    }
    return { updateId, matched, dryRun };
  }

  /** The updates of `ids` that this session has acknowledged now or before; ids it never got are left out. */
  ack(session: Session, ids: readonly string[]): string[] {
    return [...new Set(ids)].filter((id) => {
      const outcome = this.ledger.ack(id, session);
      if (outcome === 'new') {
        this.metrics.updatesAcked.inc();
      }
      return outcome !== 'unknown';
    });
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
      isFor: (session) => audience.has(session),
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

  private match({ target, except }: UpdateRequest, audience: Audience): MatchedCounts {
    // Everybody is counted already: a broadcast walks the sessions once, to send.
    return target.all === true && except === undefined
      ? { users: this.hub.userCount, connections: this.hub.authenticatedCount }
      : count(this.candidates(target.users), audience);
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

/** Who an update is for: of those connected when it was sent. */
class Audience {
  private readonly users: ReadonlySet<string> | undefined;
  private readonly exceptUsers: ReadonlySet<string>;
  private readonly exceptSessions: ReadonlySet<string>;

  constructor(
    { target, except }: UpdateRequest,
    private readonly newestOrdinal: number,
  ) {
    this.users = target.users && new Set(target.users);
    this.exceptUsers = new Set(except?.users);
    this.exceptSessions = new Set(except?.connections);
  }

  has({ id, ordinal, principal }: Session): boolean {
    return (
      principal !== undefined &&
      ordinal <= this.newestOrdinal &&
      (this.users === undefined || this.users.has(principal.userId)) &&
      !this.exceptUsers.has(principal.userId) &&
      !this.exceptSessions.has(id)
    );
  }
}

function count(sessions: Iterable<Session>, audience: Audience): MatchedCounts {
  const users = new Set<string>();
  let connections = 0;
  for (const session of sessions) {
    if (!session.isClosed && audience.has(session)) {
      connections += 1;
      users.add(session.principal!.userId);
    }
  }
  return { users: users.size, connections };
}
