import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { FakeClock } from '../../test/harness/fake.clock.js';
import { turn } from '../../test/harness/hub-fixture.js';
import { StoreUnavailable } from '../ports/store-unavailable.js';
import { UnsettledWrites } from './unsettled-writes.js';

let clock: FakeClock;
let looks: string[];
/** What a look at a write ends with; a write that is not here is not in the store. */
let ends: Map<string, () => boolean>;
let writes: UnsettledWrites<string>;

const unavailable = (): boolean => {
  throw new StoreUnavailable();
};
const fails = (): boolean => {
  throw new Error('a bug');
};

beforeEach(() => {
  Logger.overrideLogger(false);
  clock = new FakeClock();
  looks = [];
  ends = new Map();
  writes = new UnsettledWrites('Test', clock, 2, (write) => {
    looks.push(write);
    return Promise.resolve().then(() => ends.get(write)?.() ?? false);
  });
  writes.start();
});
afterEach(() => writes.stop());

async function pass(checks = 1): Promise<void> {
  for (let check = 0; check < checks; check += 1) {
    clock.advance(500);
    await turn();
  }
}

describe('unsettled writes', () => {
  it('are looked for until they show', async () => {
    writes.add('a', 'a');
    await pass(3);
    ends.set('a', () => true);
    await pass(3);
    expect(looks).toEqual(['a', 'a', 'a', 'a']);
  });

  it('are given up after a minute in which the store said that they are not there', async () => {
    writes.add('a', 'a');
    await pass(200);
    expect(looks.length).toBeGreaterThan(119);
    expect(looks.length).toBeLessThan(123);
  });

  it('are not given up while the store is away', async () => {
    writes.add('a', 'a');
    ends.set('a', unavailable);
    await pass(200);
    ends.set('a', () => true);
    await pass(2);
    expect(looks).toHaveLength(201);
    expect(writes.take('a')).toBe(false);
  });

  it.each([
    ['cannot be answered', unavailable],
    ['fails', fails],
  ])('get their turn when the look at another one %s', async (_, end) => {
    ends.set('bad', end);
    ends.set('good', () => true);
    writes.add('bad', 'bad');
    writes.add('good', 'good');
    await pass(2);
    expect(looks).toContain('good');
    expect(writes.take('good')).toBe(false);
  });

  it('are given up in time although each look fails', async () => {
    ends.set('bad', fails);
    writes.add('bad', 'bad');
    await pass(200);
    expect(writes.take('bad')).toBe(false);
  });

  it('are as many as allowed', async () => {
    ['a', 'b', 'c'].forEach((write) => writes.add(write, write));
    await pass();
    expect(looks).toEqual(['a', 'b']);
  });

  it('belong to one who takes them', async () => {
    writes.add('a', 'a');
    expect(writes.take('a')).toBe(true);
    expect(writes.take('a')).toBe(false);
    await pass(2);
    expect(looks).toEqual([]);
  });
});
