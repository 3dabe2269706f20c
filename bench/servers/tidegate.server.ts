import 'reflect-metadata';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { configFrom } from '../../config/load-config.js';
import { createGateway } from '../../src/bootstrap.js';
import { Publisher } from '../../src/hub/publisher.js';
import { ALL_CHANNEL, userChannel } from '../../src/protocol/channel.js';
import { CommandGateway } from '../../src/transport/ws/command-gateway.decorator.js';
import { FIRST_PUSH } from '../load/quote-frames.js';
import { BENCH_SECRET } from '../peers/bench-token.js';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

/** Not the product: commands by which a client publishes to everybody and to one user. */
@CommandGateway()
class BenchGateway {
  constructor(private readonly publisher: Publisher) {}

  @SubscribeMessage('bench.publish')
  publish(@MessageBody() data: unknown): Promise<void> {
    return this.publisher.publish({ channels: [ALL_CHANNEL], event: 'bench', data });
  }

  @SubscribeMessage('bench.send')
  send(@MessageBody() { user, text }: { user: string; text: string }): Promise<void> {
    return this.publisher.publish({ channels: [userChannel(user)], event: 'bench', data: text });
  }
}

/** Writes into every quote when and in which push it left: the load measures from there. */
@Injectable()
class QuoteStamp implements OnModuleInit {
  constructor(private readonly publisher: Publisher) {}

  onModuleInit(): void {
    const { publisher } = this;
    const publishValues = publisher.publishValues.bind(publisher);
    let push = FIRST_PUSH;
    publisher.publishValues = (values) => {
      const pushedAt = Date.now();
      push += 1;
      return publishValues(
        values.map(({ channel, value }) => ({ channel, value: { pushedAt, push, ...(value as object) } })),
      );
    };
  }
}

@Module({ providers: [BenchGateway, QuoteStamp] })
class BenchModule {}

/** Production settings; limits are off, since all clients come from one address and some of them send without pause. */
const SETTINGS = {
  NODE_ENV: 'production',
  HOST: LOOPBACK,
  PORT: '0',
  LOG_LEVEL: 'warn',
  STORE_URL: 'memory:',
  JWT_SECRET: BENCH_SECRET,
  LIMIT_CONNECTIONS: '0',
  LIMIT_CONNECTIONS_PER_IP: '0',
  LIMIT_CONNECTIONS_PER_USER: '0',
  LIMIT_UNAUTHENTICATED_PER_IP: '0',
  LIMIT_UPGRADES_PER_IP: '0',
  LIMIT_COMMANDS_PER_SECOND: '0',
  LIMIT_CHAT_PER_SECOND: '0',
  LIMIT_CHAT_PER_ROOM_PER_SECOND: '0',
  // What is sent is counted in the log afterwards.
  CHAT_RETENTION_MESSAGES: '0',
};

serveBench(async (settings) => {
  const config = configFrom({ ...SETTINGS, ...settings });
  const app = await createGateway(config, [BenchModule]);
  await app.listen(config.http.port, config.http.host);
  return portOf(app.getHttpServer().address());
});
