import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** Nothing inline, nothing from elsewhere: text that a stranger sent stays text. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** What may stand in a Host header that goes into a policy. */
const HOST = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/** The page at `/`: files of `web/`, and the chart library under `/vendor/`. */
@Injectable()
export class Playground implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    // Not awaited: that would make Fastify ready before Nest has set its error handler.
    void server.register(async (scope) => {
      // Not every browser counts ws: and wss: of the same host as 'self'.
      scope.addHook('onSend', async (request, reply) => {
        const { host = '' } = request.headers;
        const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
        void reply.headers({
          'Content-Security-Policy': [...CONTENT_SECURITY_POLICY, `connect-src 'self'${sockets}`].join('; '),
          'Cross-Origin-Opener-Policy': 'same-origin',
        });
      });
      await scope.register(fastifyStatic, { root: webFolder(), prefix: '/', wildcard: false });
      await scope.register(fastifyStatic, {
        root: dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.esm.js')),
        prefix: '/vendor/',
        wildcard: false,
        decorateReply: false,
      });
    });
  }
}

/** Beside `package.json`, whether this runs from `src` or from `dist`. */
function webFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    folder = dirname(folder);
  }
  return join(folder, 'web');
}
