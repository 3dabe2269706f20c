import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { WebSocket, type WebSocketServer as Server } from 'ws';
import { USER_HEADER } from '../peers/bench-user.js';
import type { BroadcastBody } from './answer-broadcasts.js';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';
import { SocketsOfUsers } from './sockets-of-users.js';

/** A gateway as users of the adapter write it: a loop over the clients, a map of users. */
@WebSocketGateway()
class BenchGateway implements OnGatewayConnection<WebSocket> {
  @WebSocketServer()
  private readonly server!: Server;

  private readonly users = new SocketsOfUsers();

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    const user = String(request.headers[USER_HEADER]);
    this.users.add(user, client);
    client.on('close', () => {
      this.users.remove(user, client);
    });
  }

  @SubscribeMessage('bench.publish')
  publish(@MessageBody() data: unknown): void {
    this.broadcast('bench', data);
  }

  @SubscribeMessage('bench.send')
  send(@MessageBody() { user, text }: { user: string; text: string }): void {
    this.users.send(user, JSON.stringify({ event: 'bench', data: text }));
  }

  broadcast(event: string, data: unknown): void {
    // Once for all clients, although many users stringify inside the loop.
    const text = JSON.stringify({ event, data });
    for (const client of this.server.clients) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(text);
      }
    }
  }
}

@Controller('v1')
class BenchController {
  constructor(private readonly gateway: BenchGateway) {}

  @Post('broadcast')
  @HttpCode(202)
  broadcast(@Body() { event, data }: BroadcastBody): void {
    this.gateway.broadcast(event, data);
  }
}

@Module({ controllers: [BenchController], providers: [BenchGateway] })
class BenchModule {}

serveBench(async () => {
  const app = await NestFactory.create<NestFastifyApplication>(BenchModule, new FastifyAdapter(), {
    logger: ['error', 'warn'],
  });
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, LOOPBACK);
  return portOf(app.getHttpServer().address());
});
