import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { holdsRefusedValue, isTooDeep } from '../codec/json-limits.js';

const REFUSED_VALUE =
  'The body has a refused key, or a number beyond what JSON carries exactly: send it as text.';

/**
 * Makes JSON the one type of body taken: the others a form of a foreign page could send without asking. Bodies have the
 * bounds of commands in depth, key names and numbers; their size is bounded by Fastify.
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
      const refusal = holdsRefusedValue(value) ? new BadRequestException(REFUSED_VALUE) : null;
      done(error ?? refusal, value);
    });
  });
}
