import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { CommandHandler, SocketConnection } from './socket-connection.js';

/**
 * Where Nest hears of connections and binds the handlers of all gateways to them: a function for every command. That
 * happens with the first command, since most connections only listen: it saves them 3 kB and a tenth of their upgrade.
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
