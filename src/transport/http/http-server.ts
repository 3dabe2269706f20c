import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/scope.guard.js';
import type { HttpAuthenticator } from '../../auth/http-authenticator.js';
import type { Metrics } from '../../observability/metrics.js';
import { GATEWAY_PATH, type PushEndpoints } from '../ws/push-endpoints.js';
import { UPGRADE_REQUIRED } from '../ws/upgrade-refused.js';
import { targetOf } from '../ws/upgrade-request.js';
import { problem } from './problem.filter.js';

const MAX_URL_LENGTH = 2048;
const API_PREFIX = '/v1/';

/** Headers of every response; the page and the documentation add their own policy. */
const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export interface HttpServices {
  readonly authenticator: HttpAuthenticator;
  readonly endpoints: PushEndpoints;
  readonly metrics: Metrics;
}

/** What every HTTP request passes: length of the URL, WebSocket paths without an upgrade, authentication of the API. */
export function addHttpHooks(
  server: FastifyInstance,
  { authenticator, endpoints, metrics }: HttpServices,
): void {
  // JSON alone is taken: the other types a form of a foreign page could send without asking.
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    if (request.raw.url !== undefined && request.raw.url.length > MAX_URL_LENGTH) {
      return sendProblem(reply, 414);
    }
    const { path } = targetOf(request.raw);
    if (path === GATEWAY_PATH || endpoints.find(path) !== undefined) {
      return refuseWithoutUpgrade(request, reply, metrics);
    }
    if (path.startsWith(API_PREFIX)) {
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
  server.addHook('onResponse', (_request, reply, done) => {
    metrics.httpResponses.inc({ status: String(reply.statusCode) });
    done();
  });
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
