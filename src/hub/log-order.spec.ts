import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { array, assert, asyncProperty, integer, nat, record } from 'fast-check';
import { HubFixture } from '../../test/harness/hub-fixture.js';
import { Metrics } from '../observability/metrics.js';
import { LogChannels } from './log-channels.js';
import { LogOrder, type NumberedPublication } from './log-order.js';

const metrics = new Metrics();

const publication = (seq: number, log = 'chat:ops'): NumberedPublication => ({
  kind: 'log',
  channels: [],
  event: 'chat.message',
  data: seq,
  position: { log, seq },
});

let logs: LogChannels;
let order: LogOrder;
let delivered: number[];
let reads: { log: string; since: number }[];
/** What the store holds. */
let stored: number[];

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  logs = new LogChannels();
  order = new LogOrder(logs, metrics);
  delivered = [];
  reads = [];
  stored = [];
  order.deliverTo(({ data }) => delivered.push(data as number));
  order.readFrom((log, since) => {
    reads.push({ log, since });
    return Promise.resolve(stored.filter((seq) => seq > since).map((seq) => publication(seq, log)));
  });
});

const accept = (...seqs: number[]): void => seqs.forEach((seq) => order.accept(publication(seq)));

describe('the order of a numbered log', () => {
  it('takes the first publication it sees as the start', () => {
    accept(7, 8);
    expect(delivered).toEqual([7, 8]);
  });

  it('starts where a reader stands', async () => {
    order.follow('chat:ops', 5);
    stored = [6, 7];
    accept(7);
    expect(delivered).toEqual([]);
    await jest.advanceTimersByTimeAsync(100);
    expect(delivered).toEqual([6, 7]);
  });

  it('loses nothing to a reader who follows from further back while a gap is read', async () => {
    let answer: (publications: NumberedPublication[]) => void = () => {};
    order.readFrom((_log, since) => {
      reads.push({ log: 'chat:ops', since });
      return new Promise((resolve) => (answer = resolve));
    });
    order.follow('chat:ops', 4);
    accept(6);
    await jest.advanceTimersByTimeAsync(100);
    order.follow('chat:ops', 2);
    answer([publication(5), publication(6)]);
    await jest.advanceTimersByTimeAsync(0);
    expect(reads.map(({ since }) => since)).toEqual([4, 2]);
    answer([3, 4, 5, 6].map((seq) => publication(seq)));
    await jest.advanceTimersByTimeAsync(0);
    expect(delivered).toEqual([3, 4, 5, 6]);
  });

  it('drops what came before', () => {
    accept(1, 2, 2, 1, 3);
    expect(delivered).toEqual([1, 2, 3]);
  });

  it('holds what comes too early until its predecessor is there, without asking the store', async () => {
    accept(1, 3, 4, 2, 5);
    expect(delivered).toEqual([1, 2, 3, 4, 5]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(reads).toEqual([]);
  });

  it('reads what was lost from the store after 100 ms', async () => {
    stored = [1, 2, 3, 4];
    accept(1, 4);
    await jest.advanceTimersByTimeAsync(99);
    expect(delivered).toEqual([1]);
    await jest.advanceTimersByTimeAsync(1);
    expect(delivered).toEqual([1, 2, 3, 4]);
    expect(reads).toEqual([{ log: 'chat:ops', since: 1 }]);
  });

  it('asks again while the store is away, and delivers nothing out of order meanwhile', async () => {
    let isAway = true;
    order.readFrom(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve([publication(2), publication(3)]),
    );
    accept(1, 3);
    await jest.advanceTimersByTimeAsync(2500);
    expect(delivered).toEqual([1]);
    isAway = false;
    await jest.advanceTimersByTimeAsync(1000);
    expect(delivered).toEqual([1, 2, 3]);
  });

  it('keeps logs apart', () => {
    accept(1);
    order.accept(publication(9, 'chat:lobby'));
    accept(2);
    expect(delivered).toEqual([1, 9, 2]);
  });

  it('starts anew after a log was forgotten', () => {
    accept(1, 2);
    order.forget('chat:ops');
    accept(1);
    expect(delivered).toEqual([1, 2, 1]);
  });

  it('reads from the store what did not fit into a gap', async () => {
    stored = Array.from({ length: 1500 }, (_, index) => index + 1);
    order.follow('chat:ops', 0);
    accept(...stored.slice(1));
    await jest.advanceTimersByTimeAsync(5000);
    expect(delivered).toEqual(stored);
  });

  it('delivers what was committed before a reader came and is published after', () => {
    order.follow('chat:ops', 6);
    accept(5, 6, 7, 6);
    expect(delivered).toEqual([5, 6, 7]);
  });

  it('goes on after what the store has trimmed', async () => {
    accept(1, 5, 6);
    stored = [4, 5, 6];
    await jest.advanceTimersByTimeAsync(200);
    expect(delivered).toEqual([1, 4, 5, 6]);
  });

  it('forgets a log that is gone', async () => {
    order.readFrom(() => Promise.resolve(undefined));
    accept(1, 3);
    await jest.advanceTimersByTimeAsync(200);
    accept(1);
    expect(delivered).toEqual([1, 1]);
  });

  it('keeps the places of logs that somebody follows or that have a gap, however many there are', async () => {
    const fixture = new HubFixture();
    logs.attach('chat:followed', fixture.open('alice').session);
    order.accept(publication(5, 'chat:followed'));
    accept(1, 3);
    for (let index = 0; index < 10_100; index += 1) {
      order.accept(publication(1, `chat:other-${index}`));
    }
    delivered.length = 0;
    order.accept(publication(5, 'chat:followed'));
    accept(2);
    expect(delivered).toEqual([2, 3]);
  });

  it('shows an observer what was delivered, in the same order', () => {
    const observed: number[] = [];
    order.observe(({ data }) => observed.push(data as number));
    accept(1, 3, 2, 2);
    expect(observed).toEqual([1, 2, 3]);
  });

  it('delivers 1..n once and in order, however publications are shuffled, doubled and lost', async () => {
    const count = 30;
    const everything = Array.from({ length: count }, (_, index) => index + 1);
    await assert(
      asyncProperty(
        array(record({ seq: integer({ min: 1, max: count }), waitMs: nat(150) }), {
          maxLength: 80,
        }),
        async (arrivals) => {
          order.forget('chat:ops');
          order.follow('chat:ops', 0);
          delivered.length = 0;
          stored = everything;
          for (const { seq, waitMs } of arrivals) {
            accept(seq);
            await jest.advanceTimersByTimeAsync(waitMs);
          }
          accept(count);
          await jest.advanceTimersByTimeAsync(3000);
          expect(delivered).toEqual(everything);
        },
      ),
      { numRuns: 60 },
    );
  });
});
