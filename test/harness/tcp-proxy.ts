import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** As PostgreSQL's clients send it, which tells it from `synchronous_commit`. */
export const COMMIT = 'commit\0';

/** What to do at the moment the client sends something that contains `text`. */
interface Trap {
  readonly text: string;
  /** `unsent`: the server never gets it. `unanswered`: the server gets it, the client not its answer. */
  readonly cut: 'unsent' | 'unanswered';
  /** On a connection that has sent this since the trap was set. */
  readonly after: string;
}

/** A network between a client and a server that fails on command. */
export class TcpProxy {
  /** Connections accepted since the start. */
  accepted = 0;
  private readonly pairs = new Set<readonly [client: Socket, server: Socket]>();
  private trap: Trap | undefined;
  private isStalled = false;

  private constructor(
    private readonly target: URL,
    private readonly listener: Server,
  ) {
    listener.on('connection', (client) => this.join(client));
  }

  static async start(targetUrl: string): Promise<TcpProxy> {
    const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpProxy(new URL(targetUrl), listener);
  }

  /** The target's URL, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.listener.address() as AddressInfo).port);
    return url.href;
  }

  /** Resets the connection that next sends `text`, once; with `after`, only one that has sent this before. */
  cutAt(text: string, cut: Trap['cut'], after = ''): void {
    this.trap = { text, cut, after };
  }

  /** Resets every connection. */
  cut(): void {
    this.pairs.forEach((pair) => this.separate(pair));
  }

  /** From now on nothing passes, in either direction; connections are still accepted. */
  stall(): void {
    this.isStalled = true;
    this.pairs.forEach((pair) => pair.forEach((socket) => socket.pause()));
  }

  resume(): void {
    this.isStalled = false;
    this.pairs.forEach((pair) => pair.forEach((socket) => socket.resume()));
  }

  async stop(): Promise<void> {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    this.accepted += 1;
    const server = connect({ host: this.target.hostname, port: Number(this.target.port), noDelay: true });
    const pair = [client, server] as const;
    this.pairs.add(pair);
    let isMuted = false;
    let armed: Trap | undefined;
    client.on('data', (bytes) => {
      const trap = this.trap;
      if (trap !== undefined && bytes.includes(trap.after)) {
        armed = trap;
      }
      if (trap !== undefined && armed === trap && bytes.includes(trap.text)) {
        this.trap = undefined;
        if (trap.cut === 'unsent') {
          this.separate(pair);
          return;
        }
        isMuted = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (isMuted) {
        this.separate(pair);
        return;
      }
      client.write(bytes);
    });
    for (const socket of pair) {
      socket.on('error', () => this.separate(pair)).on('close', () => this.separate(pair));
    }
    if (this.isStalled) {
      pair.forEach((socket) => socket.pause());
    }
  }

  private separate(pair: readonly [client: Socket, server: Socket]): void {
    this.pairs.delete(pair);
    pair[0].resetAndDestroy();
    pair[1].destroy();
  }
}
