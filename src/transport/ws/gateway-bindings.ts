import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { CommandHandler, SocketConnection } from './socket-connection.js';

/**
 * Where Nest hears of connections and binds the handlers of all gateways to them: a function for every command. That
 * happens with the first command: a storm of reconnects does not pay for it, nor does a connection that only listens.
 */
@Injectable()
export class GatewayBindings {
  /** Emits `connection` with the session. */
  readonly server = new EventEmitter();

  handlerOf(connection: SocketConnection, event: string): CommandHandler | undefined {
    if (!connection.isBound) {
      this.server.emit('connection', connection.session);
      connection.isBound = true;
    }
    return connection.commands.get(event);
  }
}
