import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  Injectable,
  Module,
  ParseIntPipe,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsInt } from 'class-validator';
import { of, throwError } from 'rxjs';
import { Session } from '../../src/hub/session.js';
import { CommandRefused } from '../../src/protocol/reply-errors.js';
import { CommandGateway } from '../../src/transport/ws/command-gateway.decorator.js';
import { TestGateway } from '../harness/test-gateway.js';

@Injectable()
class OnlyAnn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<Session>().principal?.userId === 'ann';
  }
}

class DomainError extends Error {}

@Catch(DomainError)
class DomainFilter implements ExceptionFilter {
  catch(_error: DomainError, _host: ArgumentsHost): never {
    throw new CommandRefused('limit_exceeded');
  }
}

class SumDto {
  @IsInt()
  a!: number;

  @IsInt()
  b!: number;
}

@CommandGateway()
class CustomGateway {
  @SubscribeMessage('guarded')
  @UseGuards(OnlyAnn)
  guarded(@ConnectedSocket() session: Session): string {
    return session.principal!.userId;
  }

  @SubscribeMessage('sum')
  sum(@MessageBody() { a, b }: SumDto): number {
    return a + b;
  }

  @SubscribeMessage('piped')
  piped(@MessageBody('n', ParseIntPipe) n: number): number {
    return n + 1;
  }

  @SubscribeMessage('filtered')
  @UseFilters(DomainFilter)
  filtered(): never {
    throw new DomainError('secret detail');
  }

  @SubscribeMessage('http')
  http(): never {
    throw new HttpException('secret detail', 429);
  }

  @SubscribeMessage('crash')
  crash(): never {
    throw new TypeError('secret detail');
  }

  @SubscribeMessage('stream')
  stream(): unknown {
    return of('one');
  }

  @SubscribeMessage('broken-stream')
  brokenStream(): unknown {
    return throwError(() => new CommandRefused('unavailable'));
  }
}

@Module({ providers: [CustomGateway] })
class CustomModule {}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, [{ module: CustomModule }]);
});
afterAll(() => gateway.close());

it('runs guards on commands', async () => {
  const ann = await gateway.signIn('ann');
  const bob = await gateway.signIn('bob');
  expect((await ann.request('guarded')).data).toBe('ann');
  expect((await bob.request('guarded')).data).toMatchObject({ code: 'forbidden', retryable: false });
});

it('runs validation and parameter pipes on commands', async () => {
  const client = await gateway.signIn('ann');
  expect((await client.request('sum', { a: 1, b: 2 })).data).toBe(3);
  expect((await client.request('sum', { a: 1, b: 'x' })).data).toMatchObject({
    code: 'validation',
    fields: ['b: isInt'],
  });
  expect((await client.request('piped', { n: '41' })).data).toBe(42);
  expect((await client.request('piped', { n: 'x' })).data.code).toBe('validation');
});

it('runs filters on commands, and answers what they throw', async () => {
  const client = await gateway.signIn('ann');
  expect((await client.request('filtered')).data.code).toBe('limit_exceeded');
  expect((await client.request('http')).data.code).toBe('rate_limited');
});

it('answers an unexpected error with a correlation id and none of its text, and goes on', async () => {
  const client = await gateway.signIn('ann');
  const { data } = await client.request('crash');
  expect(data).toMatchObject({ code: 'internal', retryable: true, correlationId: expect.any(String) });
  expect(JSON.stringify(client.received)).not.toContain('secret');
  expect((await client.request('ping')).event).toBe('reply');
});

it('takes the value of an Observable', async () => {
  const client = await gateway.signIn('ann');
  expect((await client.request('stream')).data).toBe('one');
  expect((await client.request('broken-stream')).data.code).toBe('unavailable');
});
