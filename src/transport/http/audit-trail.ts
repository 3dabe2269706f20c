import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../../config/app-config.js';
import type { AuthenticatedRequest } from '../../auth/scope.guard.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { type AuditEntry, AuditLog } from '../../ports/audit-log.port.js';
import { Clock } from '../../ports/clock.port.js';
import { auditedAction } from './audited.decorator.js';

const DAY_MS = 86_400_000;
const TRIM_INTERVAL_MS = 3_600_000;

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Details = Readonly<Record<string, unknown>>;

/**
 * Writes down what the back office did, or was refused: every call below `/v1` that changes something, before its
 * answer leaves. A store that is away does not undo what was done: then the log line and the metric are what is left.
 */
@Injectable()
export class AuditTrail implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private stop: () => void = () => {};

  constructor(
    private readonly config: AppConfig,
    private readonly log: AuditLog,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(TRIM_INTERVAL_MS, () => void this.trim());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** `reply` is what the handler returned, or a problem document. */
  async record(
    request: FastifyRequest & AuthenticatedRequest,
    status: number,
    reply: unknown,
  ): Promise<void> {
    const { principal, handler } = request;
    if (principal === undefined || READS.has(request.method)) {
      return;
    }
    const entry: AuditEntry = {
      id: randomUUID(),
      time: this.clock.epochMs(),
      actor: principal.userId,
      action: (handler && auditedAction(handler)) ?? `${request.method} ${request.routeOptions.url ?? ''}`,
      target: { ...(request.params as Details), ...request.auditTarget },
      outcome: status < 400 ? 'done' : status < 500 ? 'refused' : 'failed',
      result: { status, ...countsOf(reply) },
    };
    try {
      await this.log.record(entry);
    } catch (error) {
      this.metrics.auditFailed.inc();
      this.logger.error(`${entry.action} by ${entry.actor} could not be recorded`, stackFramesOf(error));
    }
  }

  private async trim(): Promise<void> {
    try {
      await this.log.trim(this.clock.epochMs() - this.config.auditRetentionDays * DAY_MS);
    } catch (error) {
      this.logger.warn('old entries could not be removed', stackFramesOf(error));
    }
  }
}

/** What a reply says in numbers and flags, `matched` included. Texts stay out: they may be anybody's. */
function countsOf(reply: unknown): Details {
  if (typeof reply !== 'object' || reply === null) {
    return {};
  }
  const { matched, updateId } = reply as { matched?: unknown; updateId?: unknown };
  return {
    ...Object.fromEntries(
      Object.entries(reply).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean'),
    ),
    ...(typeof matched === 'object' && { matched }),
    ...(updateId !== undefined && { updateId }),
  };
}
