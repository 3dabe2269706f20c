import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/scope.guard.js';
import type { HttpAuthenticator } from '../../auth/http-authenticator.js';
import type { Metrics } from '../../observability/metrics.js';
import { GATEWAY_PATH, type PushEndpoints } from '../ws/push-endpoints.js';
import { UPGRADE_REQUIRED } from '../ws/upgrade-refused.js';
import { targetOf } from '../ws/upgrade-request.js';
import type { AuditTrail } from './audit-trail.js';
import { takeJsonBodies } from './json-body.js';
import { problem } from './problem.filter.js';

const MAX_URL_LENGTH = 2048;
const API_PREFIX = '/v1/';
const DOCUMENTATION_PATH = '/docs';

/** Swagger UI brings a style sheet in its page, and pictures in its style sheet. */
const DOCUMENTATION_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** Headers of every response. The playground and the documentation replace the policy by their own. */
const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

export interface HttpServices {
  readonly audit: AuditTrail;
  readonly authenticator: HttpAuthenticator;
  readonly endpoints: PushEndpoints;
  readonly metrics: Metrics;
}

/** What every HTTP request passes: length of the URL, WebSocket paths without an upgrade, authentication of the API. */
export function addHttpHooks(
  server: FastifyInstance,
  { audit, authenticator, endpoints, metrics }: HttpServices,
): void {
  takeJsonBodies(server);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    if (request.raw.url !== undefined && request.raw.url.length > MAX_URL_LENGTH) {
      return sendProblem(reply, 414);
    }
    const { path } = targetOf(request.raw);
    if (path === GATEWAY_PATH || endpoints.find(path) !== undefined) {
      return refuseWithoutUpgrade(request, reply, metrics);
    }
    // What the router made of the path decides, however it was written.
    const route = request.routeOptions.url ?? path;
    if (route.startsWith(DOCUMENTATION_PATH)) {
      void reply.header('Content-Security-Policy', DOCUMENTATION_POLICY);
    }
    if (route.startsWith(API_PREFIX)) {
      void reply.header('Cache-Control', 'no-store');
      // Before the body is read: strangers make us parse nothing.
      const principal = authenticator.authenticate(request.headers);
      if (principal === undefined) {
        void reply.header('WWW-Authenticate', 'Bearer');
        return sendProblem(reply, 401);
      }
      (request as AuthenticatedRequest).principal = principal;
    }
    return undefined;
  });
  addAuditHooks(server, audit);
  server.addHook('onResponse', (_request, reply, done) => {
    metrics.httpResponses.inc({ status: String(reply.statusCode) });
    done();
  });
}

/** Two hooks, since only the first sees what a handler returned, and only the second sees every answer. */
function addAuditHooks(server: FastifyInstance, audit: AuditTrail): void {
  const replies = new WeakMap<FastifyRequest, unknown>();
  server.addHook('preSerialization', (request, _reply, payload, done) => {
    replies.set(request, payload);
    done(null, payload);
  });
  server.addHook('onSend', async (request, reply, payload) => {
    await audit.record(request, reply.statusCode, replies.get(request));
    return payload;
  });
}

/** Refuses what the router cannot read. Such a request passes no hook, so the headers are set here. */
export function answerFrameworkError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void sendProblem(reply.headers(SECURITY_HEADERS), error.statusCode ?? 400);
}

function refuseWithoutUpgrade(request: FastifyRequest, reply: FastifyReply, metrics: Metrics): FastifyReply {
  const isGet = request.method === 'GET';
  metrics.upgradesRejected.inc({ reason: isGet ? 'no_upgrade' : 'method' });
  void reply.headers(isGet ? UPGRADE_REQUIRED : { Allow: 'GET' });
  return sendProblem(reply, isGet ? 426 : 405);
}

function sendProblem(reply: FastifyReply, status: number): FastifyReply {
  return reply
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify(problem(status)));
}
