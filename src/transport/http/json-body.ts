import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { hasRefusedKey, isTooDeep } from '../codec/json-limits.js';

/**
 * Makes JSON the one type of body taken: the others a form of a foreign page could send without asking. Bodies have the
 * bounds of commands in depth and in keys; their size is bounded by Fastify.
 */
export function takeJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isTooDeep(body)) {
      done(new BadRequestException('The body nests too deep.'));
      return;
    }
    void parse(request, body, (error, value?: unknown) => {
      const refusal = hasRefusedKey(value) ? new BadRequestException('The body has a refused key.') : null;
      done(error ?? refusal, value);
    });
  });
}
