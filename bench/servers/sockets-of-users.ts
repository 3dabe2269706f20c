import { WebSocket } from 'ws';

/** Which sockets a user has, as applications on bare `ws` keep it: a map and a set each. */
export class SocketsOfUsers {
  private readonly sockets = new Map<string, Set<WebSocket>>();

  add(user: string, socket: WebSocket): void {
    const sockets = this.sockets.get(user) ?? new Set();
    this.sockets.set(user, sockets.add(socket));
  }

  remove(user: string, socket: WebSocket): void {
    const sockets = this.sockets.get(user);
    sockets?.delete(socket);
    if (sockets?.size === 0) {
      this.sockets.delete(user);
    }
  }

  send(user: string, text: string): void {
    for (const socket of this.sockets.get(user) ?? []) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(text);
      }
    }
  }
}
