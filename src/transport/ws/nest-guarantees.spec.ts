import { EventEmitter } from 'node:events';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type INestApplication,
  Injectable,
  Logger,
  Module,
  UseGuards,
  type WsMessageHandler,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AbstractWsAdapter, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IsInt } from 'class-validator';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { CommandGateway } from './command-gateway.decorator.js';
import { refusalOf } from './refusal-of.js';

Logger.overrideLogger(false);

let guardCalls = 0;

@Injectable()
class CountingGuard implements CanActivate {
  canActivate(): boolean {
    guardCalls += 1;
    return guardCalls < 2;
  }
}

class NumberDto {
  @IsInt()
  value!: number;
}

@WebSocketGateway()
class BareGateway {
  @SubscribeMessage('bare')
  fail(): never {
    throw new Error('CONFIDENTIAL');
  }
}

@CommandGateway()
class OurGateway {
  @SubscribeMessage('ours')
  fail(): never {
    throw new CommandRefused('unavailable');
  }

  @SubscribeMessage('guarded')
  @UseGuards(CountingGuard)
  guarded(): string {
    return 'passed';
  }

  @SubscribeMessage('number')
  number(@MessageBody() { value }: NumberDto): number {
    return value;
  }
}

@Module({ providers: [BareGateway, OurGateway] })
class GatewaysModule {}

/** Takes the handlers that Nest binds, and carries nothing. */
class RecordingAdapter extends AbstractWsAdapter {
  readonly handlers = new Map<string, WsMessageHandler['callback']>();
  readonly server = new EventEmitter();

  override create(): EventEmitter {
    return this.server;
  }

  override bindClientDisconnect(): void {}

  override bindMessageHandlers(_client: unknown, handlers: WsMessageHandler[]): void {
    handlers.forEach(({ message, callback }) => this.handlers.set(message, callback));
  }

  override async close(): Promise<void> {}
}

/** What Nest takes for a native WebSocket. */
class FakeClient extends EventEmitter {
  readonly readyState = 1;
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }
}

@Catch()
class GlobalFilter implements ExceptionFilter {
  caught: unknown[] = [];

  catch(error: unknown, _host: ArgumentsHost): void {
    this.caught.push(error);
  }
}

/** What the transport builds on and Nest does not promise. */
describe('gateways in Nest', () => {
  let app: INestApplication;
  let adapter: RecordingAdapter;
  let client: FakeClient;
  const filter = new GlobalFilter();

  beforeEach(async () => {
    guardCalls = 0;
    filter.caught = [];
    app = await NestFactory.create(GatewaysModule, new FastifyAdapter(), { logger: false });
    app.useGlobalFilters(filter);
    adapter = new RecordingAdapter(app);
    app.useWebSocketAdapter(adapter);
    await app.init();
    client = new FakeClient();
    adapter.server.emit('connection', client);
  });
  afterEach(() => app.close());

  const call = async (event: string, data?: unknown): Promise<unknown> =>
    adapter.handlers.get(event)!(data, event);

  it('are not reached by global filters: without its own, Nest sends a frame of its own making', async () => {
    await expect(call('bare')).resolves.toBeUndefined();
    expect(filter.caught).toEqual([]);
    expect(client.sent.join()).toContain('exception');
  });

  it('hand every error to the caller with its class when they are declared our way', async () => {
    await expect(call('ours')).rejects.toEqual(new CommandRefused('unavailable'));
    expect(client.sent).toEqual([]);
  });

  it('run no guard when a client connects', () => {
    expect(adapter.handlers.size).toBe(4);
    expect(guardCalls).toBe(0);
  });

  it('turn the refusal of a guard into what we read as forbidden', async () => {
    await expect(call('guarded')).resolves.toBe('passed');
    const error: unknown = await call('guarded').catch((thrown: unknown) => thrown);
    expect(refusalOf(error)?.code).toBe('forbidden');
  });

  it('validate their data when they are declared our way, and name rules but no values', async () => {
    await expect(call('number', { value: 7 })).resolves.toBe(7);
    for (const data of [
      { value: 'CONFIDENTIAL' },
      { value: 7, CONFIDENTIAL: 1 },
      undefined,
      null,
      'CONFIDENTIAL',
      [],
    ]) {
      const error: unknown = await call('number', data).catch((thrown: unknown) => thrown);
      expect(refusalOf(error)).toMatchObject({ code: 'validation', extras: { fields: expect.any(Array) } });
      expect(JSON.stringify(error)).not.toContain('CONFIDENTIAL');
    }
  });
});
