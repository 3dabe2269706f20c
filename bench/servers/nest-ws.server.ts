import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { WebSocket, type WebSocketServer as Server } from 'ws';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

/** A gateway as users of the adapter write it: a loop over the clients. */
@WebSocketGateway()
class BenchGateway {
  @WebSocketServer()
  private readonly server!: Server;

  @SubscribeMessage('bench.publish')
  publish(@MessageBody() data: unknown): void {
    // Once for all clients, although many users stringify inside the loop.
    const text = JSON.stringify({ event: 'bench', data });
    for (const client of this.server.clients) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(text);
      }
    }
  }
}

@Module({ providers: [BenchGateway] })
class BenchModule {}

serveBench(async () => {
  const app = await NestFactory.create<NestFastifyApplication>(BenchModule, new FastifyAdapter(), {
    logger: ['error', 'warn'],
  });
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, LOOPBACK);
  return portOf(app.getHttpServer().address());
});
