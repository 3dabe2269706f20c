import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const HOOK_SECRET = 'a-hook-secret-of-at-least-32-bytes';

/** One call as it came in. */
export interface HookRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // The tests know what they asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly response: ServerResponse;
}

/** An application's HTTP server: keeps every call and answers it as `answer` says. */
export class HookServer {
  readonly requests: HookRequest[] = [];
  answer: (request: HookRequest) => void = ({ response }) => response.end();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        const { url: path = '', headers } = request;
        const call = { path, headers, text, body: JSON.parse(text) as unknown, response };
        this.requests.push(call);
        this.answer(call);
      });
    });
  }

  static async start(): Promise<HookServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HookServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** What the signature of a call has to be, worked out from the specification. */
export function expectedSignature({ headers, text }: HookRequest, secret = HOOK_SECRET): string {
  const signed = [headers['webhook-id'], headers['webhook-timestamp'], text].join('.');
  return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}
