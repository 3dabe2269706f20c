import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { CommandRefused, type ReplyErrorCode } from '../../protocol/reply-errors.js';
import { stackFramesOf } from '../../observability/stack-frames.js';

/** `application/problem+json` (RFC 9457). */
interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly fields?: readonly string[];
  readonly correlationId?: string;
}

/** Seconds after which a call that found the store away may be tried again. */
const STORE_RETRY_SECONDS = 1;

/** What a service's refusal of a command is over HTTP. */
const STATUS_OF_REFUSAL: Readonly<Record<ReplyErrorCode, number>> = {
  bad_json: 400,
  bad_frame: 400,
  unknown_event: 400,
  validation: 400,
  forbidden: 403,
  already_authenticated: 409,
  token_invalid: 401,
  rate_limited: 429,
  limit_exceeded: 409,
  unknown_symbol: 404,
  too_large: 413,
  id_conflict: 409,
  not_found: 404,
  muted: 403,
  slow_mode: 429,
  refused: 422,
  unavailable: 503,
  internal: 500,
};

/** Every failed REST call as a problem document. Unknown errors keep their text for the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = this.problemOf(error);
    if (answer.status === 401) {
      void reply.header('WWW-Authenticate', 'Bearer');
    }
    const retryAfterSeconds = retryAfterOf(error);
    if (retryAfterSeconds !== undefined) {
      void reply.header('Retry-After', String(retryAfterSeconds));
    }
    void reply.status(answer.status).type('application/problem+json').send(JSON.stringify(answer));
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof HttpException) {
      return { ...problem(error.getStatus()), ...detailsOf(error) };
    }
    if (error instanceof CommandRefused) {
      const { fields } = error.extras ?? {};
      return { ...problem(STATUS_OF_REFUSAL[error.code]), detail: error.message, ...(fields && { fields }) };
    }
    if (error instanceof StoreUnavailable) {
      return problem(503);
    }
    const status = clientErrorStatus(error);
    if (status !== undefined) {
      return problem(status);
    }
    const correlationId = randomUUID();
    this.logger.error(`request failed: ${correlationId}`, stackFramesOf(error));
    return { ...problem(500), correlationId };
  }
}

export function problem(status: number): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status };
}

/** What our own exceptions say. Nest's routing errors repeat the path of the request, so theirs is left out. */
function detailsOf(error: HttpException): Pick<Problem, 'detail' | 'fields'> {
  const body = error.getResponse();
  if (typeof body === 'string') {
    return { detail: body };
  }
  const { message, fields } = body as { message?: unknown; fields?: string[] };
  return {
    ...(typeof message === 'string' && error.getStatus() !== 404 && { detail: message }),
    ...(fields !== undefined && { fields }),
  };
}

/** Fastify's own refusals (body too large, wrong media type, broken JSON) carry their status. */
function clientErrorStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof StoreUnavailable) {
    return STORE_RETRY_SECONDS;
  }
  const body = error instanceof HttpException ? error.getResponse() : undefined;
  return typeof body === 'object' ? (body as { retryAfterSeconds?: number }).retryAfterSeconds : undefined;
}
