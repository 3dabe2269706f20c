import { describe, expect, it } from '@jest/globals';
import { MemoryBroker } from '../../src/adapters/broker/memory.broker.js';
import type { Broker, LogPublication, Publication } from '../../src/ports/broker.port.js';
import { eventually } from '../harness/eventually.js';

const log = (data: unknown, channels = ['all']): LogPublication => ({
  kind: 'log',
  channels,
  event: 'update',
  data,
});

/** What the hub relies on, whichever engine carries publications. */
function brokerContract(name: string, create: () => Promise<Broker>): void {
  describe(name, () => {
    async function receiving(): Promise<{ broker: Broker; received: Publication[] }> {
      const broker = await create();
      const received: Publication[] = [];
      broker.receive((publication) => received.push(publication));
      return { broker, received };
    }

    it('brings a publication to the node that made it, as it was', async () => {
      const { broker, received } = await receiving();
      const publications: Publication[] = [
        {
          ...log({ text: 'ü', list: [1, null, { a: true }] }, ['all', 'user:alice|1 *>']),
          except: { users: ['bob'], sessions: ['s'] },
        },
        { kind: 'merge', values: [{ channel: 'quotes:A', value: { symbol: 'A', last: '1.50' } }] },
        log(null, []),
      ];
      for (const publication of publications) {
        await broker.publish(publication);
      }
      await eventually(() => expect(received).toEqual(publications));
    });

    it('keeps the order of one publisher, kinds mixed', async () => {
      const { broker, received } = await receiving();
      const publications = Array.from({ length: 200 }, (_, index): Publication =>
        index % 2 === 0 ? log(index) : { kind: 'merge', values: [{ channel: 'quotes:A', value: index }] },
      );
      await Promise.all(publications.map((publication) => broker.publish(publication)));
      await eventually(() => expect(received).toEqual(publications));
    });

    it('brings each publication once', async () => {
      const { broker, received } = await receiving();
      await broker.publish(log('first'));
      await broker.publish(log('last'));
      await eventually(() => expect(received.at(-1)).toEqual(log('last')));
      await new Promise((resolve) => setImmediate(resolve));
      await broker.publish(log('sentinel'));
      await eventually(() => expect(received.at(-1)).toEqual(log('sentinel')));
      expect(received).toEqual([log('first'), log('last'), log('sentinel')]);
    });

    it('takes a publication while nobody receives', async () => {
      const broker = await create();
      await expect(broker.publish(log(1))).resolves.toBeUndefined();
    });

    it('has one receiver: a later one replaces the first', async () => {
      const { broker, received } = await receiving();
      const later: Publication[] = [];
      broker.receive((publication) => later.push(publication));
      await broker.publish(log(1));
      await eventually(() => expect(later).toEqual([log(1)]));
      expect(received).toEqual([]);
    });
  });
}

brokerContract('MemoryBroker', async () => new MemoryBroker());
