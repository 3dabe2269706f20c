import { Injectable } from '@nestjs/common';
import type { SocketConnection } from './socket-connection.js';

/** The open WebSockets of this process, for those who must visit all of them. */
@Injectable()
export class ConnectionRegistry {
  private readonly connections = new Set<SocketConnection>();

  get size(): number {
    return this.connections.size;
  }

  add(connection: SocketConnection): void {
    this.connections.add(connection);
  }

  delete(connection: SocketConnection): void {
    this.connections.delete(connection);
  }

  [Symbol.iterator](): Iterator<SocketConnection> {
    return this.connections.values();
  }
}
