import type { RequestListener } from 'node:http';

/** The body of `POST /v1/broadcast`. */
export interface BroadcastBody {
  readonly event: string;
  readonly data: string;
}

/** `POST /v1/broadcast` on bare `node:http`: reads the body, parses it, broadcasts, answers 202. */
export function answerBroadcasts(broadcast: (body: BroadcastBody) => void): RequestListener {
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/broadcast') {
      response.statusCode = 404;
      response.end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        broadcast(JSON.parse(Buffer.concat(chunks).toString()) as BroadcastBody);
        response.statusCode = 202;
      } catch {
        response.statusCode = 400;
      }
      response.end();
    });
  };
}
