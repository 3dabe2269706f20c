import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { AppModule } from './app.module.js';
import { HttpAuthenticator } from './auth/http-authenticator.js';
import { createLogger } from './observability/create-logger.js';
import { Metrics } from './observability/metrics.js';
import { AuditTrail } from './transport/http/audit-trail.js';
import { clientErrorHandler } from './transport/http/client-error.js';
import { addHttpHooks, answerFrameworkError } from './transport/http/http-server.js';
import { ProblemFilter } from './transport/http/problem.filter.js';
import { GatewayWsAdapter } from './transport/ws/gateway-ws.adapter.js';
import { PushEndpoints } from './transport/ws/push-endpoints.js';

/** Bounds of a request before it is one. Node's own (60 s, 300 s, 30 s, 16 KiB) are a slow client's delight. */
const HTTP_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 8192,
};

/** A `sub` of 128 characters, each percent-encoded as four bytes. */
const MAX_PARAM_LENGTH = 1536;

/** The whole gateway, initialised and ready to `listen`. `extensions` are modules of an application that embeds it. */
export async function createGateway(
  config: AppConfig,
  extensions: NonNullable<DynamicModule['imports']> = [],
): Promise<NestFastifyApplication> {
  const metrics = new Metrics();
  const server = new FastifyAdapter({
    http: HTTP_LIMITS,
    // Fastify sets its own value, none, on the server it is given.
    requestTimeout: HTTP_LIMITS.requestTimeout,
    bodyLimit: config.http.maxBodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: clientErrorHandler(metrics),
    // Liveness and metrics stay readable during the drain; readiness and upgrades tell it themselves.
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(config, metrics, extensions),
    server,
    {
      logger: createLogger(config, metrics),
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.useGlobalFilters(new ProblemFilter());
  app.useWebSocketAdapter(new GatewayWsAdapter(app));
  addHttpHooks(server.getInstance<FastifyInstance>(), {
    audit: app.get(AuditTrail),
    authenticator: app.get(HttpAuthenticator),
    endpoints: app.get(PushEndpoints),
    metrics,
  });
  addApiDocumentation(app);
  await app.init();
  return app;
}

function addApiDocumentation(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Tidegate')
    .setDescription('Back-office API of the realtime gateway')
    .setVersion('1')
    .addBearerAuth()
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'api-key')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
