import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { Session } from '../../hub/session.js';
import { ConnectionRegistry } from './connection-registry.js';
import { GatewayBindings } from './gateway-bindings.js';
import { type CommandHandler, SocketConnection } from './socket-connection.js';
import { UpgradeDispatcher } from './upgrade.dispatcher.js';

/** Time for REST requests under way when the server closes. */
const HTTP_GRACE_MS = 1000;

interface BoundHandler {
  readonly message: string;
  readonly callback: CommandHandler;
}

/**
 * Nest's WebSocket adapter with every method of the stock one replaced: Nest routes commands, the transport owns the
 * socket. All gateways share one upgrade listener, one `message` listener and one parse per message.
 */
export class GatewayWsAdapter extends WsAdapter {
  private readonly dispatcher: UpgradeDispatcher;
  private readonly bindings: GatewayBindings;
  private readonly registry: ConnectionRegistry;

  constructor(app: INestApplicationContext) {
    super(app);
    this.dispatcher = app.get(UpgradeDispatcher);
    this.bindings = app.get(GatewayBindings);
    this.registry = app.get(ConnectionRegistry);
  }

  /** Called once per distinct path of the gateways; ours have none. */
  override create(port: number, options?: { path?: string }): EventEmitter {
    if (port !== 0 || options?.path !== undefined) {
      throw new Error('Gateways share the port and the path of the application: use @CommandGateway()');
    }
    this.dispatcher.attach(this.httpServer);
    return this.bindings.server;
  }

  /** Called once per gateway and session, with the session's first command. */
  override bindMessageHandlers(session: Session, handlers: readonly BoundHandler[]): void {
    const { commands } = SocketConnection.of(session);
    for (const { message, callback } of handlers) {
      commands.set(message, callback);
    }
  }

  /** Gateways get no disconnect hook: a throw in one would end the process. The hub is told by the transport. */
  override bindClientDisconnect(): void {}

  /** The drain has said goodbye before; whoever is left does not answer. */
  override async close(): Promise<void> {
    for (const connection of this.registry) {
      connection.writer.terminate('shutdown');
    }
    this.bindings.server.removeAllListeners();
    return Promise.resolve();
  }

  /**
   * The HTTP server closes next. It would wait for ever for a connection that never sends a request (a browser's
   * preconnect will do): once it closes, Node no longer checks its timeouts. So what is left after a grace is cut.
   */
  override async dispose(): Promise<void> {
    const server: Server = this.httpServer;
    // Until nobody can come any more: without a listener Node takes an upgrade for a plain request.
    server.once('close', () => this.dispatcher.detach(server));
    setTimeout(() => server.closeAllConnections(), HTTP_GRACE_MS).unref();
    return Promise.resolve();
  }
}
