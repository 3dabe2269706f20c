import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { CommandGateway } from '../../src/transport/ws/command-gateway.decorator.js';
import { TestGateway } from '../harness/test-gateway.js';

@CommandGateway()
class SlowGateway {
  running = 0;
  mostRunning = 0;

  @SubscribeMessage('slow')
  async slow(@MessageBody() delayMs: number): Promise<number> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.running -= 1;
    return delayMs;
  }
}

@Module({ providers: [SlowGateway] })
class SlowModule {}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, [{ module: SlowModule }]);
});
afterAll(() => gateway.close());

it('answers commands one by one, in their order, refusals included', async () => {
  const client = await gateway.signIn('alice');
  client.raw('{"id":1,"event":"slow","data":80}');
  client.raw('{"id":2,"event":"slow","data":1}');
  client.raw('{"id":3,"event":"nope"}');
  client.raw('not json');
  client.raw('{"id":4,"event":"ping"}');
  await client.nextMatching(({ id }) => id === 4);

  const answers = client.received.slice(1).map(({ id, data }) => data.code ?? id);
  expect(answers).toEqual([1, 2, 'unknown_event', 'bad_json', 4]);
  expect(gateway.app.get(SlowGateway).mostRunning).toBe(1);
});

it('takes a burst of hundreds without losing one', async () => {
  const client = await gateway.signIn('bob');
  for (let id = 1; id <= 500; id += 1) {
    client.raw(JSON.stringify({ id, event: 'slow', data: 0 }));
  }
  await client.nextMatching(({ id }) => id === 500);
  const ids = client.received.slice(1).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
});
