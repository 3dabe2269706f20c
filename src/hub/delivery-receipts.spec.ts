import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';
import type { DeliveryCounts } from './delivery-receipts.js';

let fixture: HubFixture;
let reports: { id: string; counts: DeliveryCounts }[];
beforeEach(() => {
  fixture = new HubFixture();
  reports = [];
  fixture.receipts.subscribe((id, counts) => reports.push({ id, counts }));
});

const broadcast = (terms: { receiptId?: string; expiresAt?: number; isPaced?: boolean }): Promise<void> =>
  fixture.publisher.publish({ channels: ['all'], event: 'update', data: 'news', ...terms });

const counts = (written: number, droppedSlow = 0, expired = 0): DeliveryCounts => ({
  written,
  droppedSlow,
  expired,
});

describe('receipts', () => {
  it('count the connections a publication was written to', async () => {
    fixture.open('alice');
    fixture.open('bob');
    await broadcast({ receiptId: 'u1' });
    fixture.receipts.report();
    expect(reports).toEqual([]);
    await turn();
    fixture.receipts.report();
    fixture.receipts.report();
    expect(reports).toEqual([{ id: 'u1', counts: counts(2) }]);
  });

  it('count what went down with a connection that did not read', async () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    await broadcast({ receiptId: 'u1' });
    await turn();
    fixture.hub.close(session);
    fixture.receipts.report();
    expect(reports).toEqual([{ id: 'u1', counts: counts(0, 1) }]);
  });

  it('count the message that made a reader too slow as dropped', async () => {
    const slow = new HubFixture({ WS_MAX_QUEUE_BYTES: '16384' });
    slow.receipts.subscribe((id, reported) => reports.push({ id, counts: reported }));
    const { session, writer } = slow.open('alice');
    writer.isWritable = false;
    const data = 'x'.repeat(10_000);
    await slow.publisher.publish({ channels: ['all'], event: 'update', data, receiptId: 'fits' });
    await slow.publisher.publish({ channels: ['all'], event: 'update', data, receiptId: 'too much' });
    slow.hub.close(session);
    slow.receipts.report();
    expect(reports).toEqual([
      { id: 'fits', counts: counts(0, 1) },
      { id: 'too much', counts: counts(0, 1) },
    ]);
  });

  it('report later what is written later', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.open('bob');
    writer.isWritable = false;
    await broadcast({ receiptId: 'u1' });
    await turn();
    fixture.receipts.report();
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    fixture.receipts.report();
    expect(reports).toEqual([
      { id: 'u1', counts: counts(1) },
      { id: 'u1', counts: counts(1) },
    ]);
  });
});

describe('a publication with an end', () => {
  it('is not written from the queue of a slow client once it has expired', async () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    await broadcast({ receiptId: 'u1', expiresAt: fixture.clock.epochMs() + 1000 });
    await broadcast({});
    await turn();
    fixture.clock.advance(1000);
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    fixture.receipts.report();
    expect(writer.messages).toHaveLength(1);
    expect(reports).toEqual([{ id: 'u1', counts: counts(0, 0, 1) }]);
  });
});

describe('a publication that is called back', () => {
  it('is not written from the queue of a slow client', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.open('bob');
    writer.isWritable = false;
    await broadcast({ receiptId: 'u1' });
    await broadcast({ receiptId: 'u2' });
    await turn();
    fixture.receipts.cancel('u1');
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    fixture.receipts.report();
    expect(writer.messages).toHaveLength(1);
    expect(reports).toEqual([
      { id: 'u1', counts: counts(1, 0, 1) },
      { id: 'u2', counts: counts(2) },
    ]);
  });
});

describe('a paced publication', () => {
  it('reaches everybody, a slice a turn, and lets others in between', async () => {
    const clients = Array.from({ length: 1200 }, (_, index) => fixture.open(`user-${index}`));
    await broadcast({ receiptId: 'u1', isPaced: true });
    await turn();
    const early = clients.filter(({ writer }) => writer.messages.length > 0).length;
    expect(early).toBeLessThan(1200);
    for (let turns = 0; turns < 20; turns += 1) {
      await turn();
    }
    expect(clients.every(({ writer }) => writer.messages.length === 1)).toBe(true);
    fixture.receipts.report();
    expect(reports).toEqual([{ id: 'u1', counts: counts(1200) }]);
  });
});
