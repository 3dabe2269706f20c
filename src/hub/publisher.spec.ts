import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { turn } from '../../test/harness/hub-fixture.js';
import { MemoryBroker } from '../adapters/broker/memory.broker.js';
import { Publisher } from './publisher.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a publication nobody waits for', () => {
  it('that the broker does not take is one log line, without what the error says', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const broker = new MemoryBroker();
    jest.spyOn(broker, 'publish').mockRejectedValue(new Error('secret'));
    new Publisher(broker).publishSoon({ channels: ['all'], event: 'x', data: {} });
    await turn();
    expect(error).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(error.mock.calls)).not.toContain('secret');
  });

  it('reaches its channels', () => {
    const broker = new MemoryBroker();
    const received: unknown[] = [];
    broker.receive((publication) => received.push(publication));
    new Publisher(broker).publishSoon({ channels: ['all'], event: 'x', data: 1 });
    expect(received).toEqual([{ kind: 'log', channels: ['all'], event: 'x', data: 1 }]);
  });
});
