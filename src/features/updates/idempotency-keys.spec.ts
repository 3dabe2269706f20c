import { ConflictException, UnprocessableEntityException } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { IdempotencyKeys } from './idempotency-keys.js';

const HOUR = 3_600_000;

let clock: FakeClock;
let keys: IdempotencyKeys;
let deeds: number;

beforeEach(() => {
  clock = new FakeClock();
  keys = new IdempotencyKeys(clock);
  deeds = 0;
});

const deed = (): Promise<number> => Promise.resolve((deeds += 1));
const once = (
  key: string,
  body: unknown = {},
  caller = 'ops',
): Promise<{ result: number; isRepeated: boolean }> => keys.once(caller, key, body, deed);

describe('idempotency keys', () => {
  it('repeat the answer and not the deed', async () => {
    expect(await once('k', { a: 1 })).toEqual({ result: 1, isRepeated: false });
    expect(await once('k', { a: 1 })).toEqual({ result: 1, isRepeated: true });
    expect(deeds).toBe(1);
  });

  it('are kept apart by key and by caller', async () => {
    await once('k');
    expect(await once('other')).toEqual({ result: 2, isRepeated: false });
    expect(await once('k', {}, 'web')).toEqual({ result: 3, isRepeated: false });
  });

  it('refuse another body with 422', async () => {
    await once('k', { a: 1 });
    await expect(once('k', { a: 2 })).rejects.toThrow(UnprocessableEntityException);
    expect(deeds).toBe(1);
  });

  it('refuse a second request with 409 while the first is under way', async () => {
    let finish: (result: number) => void = () => {};
    const first = keys.once('ops', 'k', {}, () => new Promise<number>((resolve) => (finish = resolve)));
    const second: unknown = await once('k').catch((error: unknown) => error);
    expect(second).toBeInstanceOf(ConflictException);
    expect((second as ConflictException).getResponse()).toMatchObject({ retryAfterSeconds: 1 });
    await expect(once('k', { other: 1 })).rejects.toThrow(UnprocessableEntityException);
    finish(7);
    expect(await first).toEqual({ result: 7, isRepeated: false });
    expect(await once('k')).toEqual({ result: 7, isRepeated: true });
    expect(deeds).toBe(0);
  });

  it('may be used again after a failure', async () => {
    await expect(keys.once('ops', 'k', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await once('k')).toEqual({ result: 1, isRepeated: false });
  });

  it('remember an answer that is nothing', async () => {
    let runs = 0;
    const nothing = async (): Promise<void> => {
      runs += 1;
    };
    await keys.once('ops', 'k', {}, nothing);
    expect(await keys.once('ops', 'k', {}, nothing)).toEqual({ result: undefined, isRepeated: true });
    expect(runs).toBe(1);
  });

  it('are forgotten after a day, whatever the wall clock says', async () => {
    await once('k');
    clock.stepWall(48 * HOUR);
    clock.advance(24 * HOUR - 1);
    expect(await once('k')).toMatchObject({ isRepeated: true });
    clock.advance(1);
    expect(await once('k')).toMatchObject({ result: 2, isRepeated: false });
  });

  it('are bounded in number: the oldest give way to new ones', async () => {
    for (let key = 0; key < 10_001; key += 1) {
      await once(`k${key}`);
    }
    expect(await once('k10000')).toMatchObject({ isRepeated: true });
    expect(await once('k1')).toMatchObject({ isRepeated: true });
    expect(await once('k0')).toMatchObject({ isRepeated: false });
  });

  it('are not forgotten for a repetition: only a new one needs room', async () => {
    for (let key = 0; key < 10_000; key += 1) {
      await once(`k${key}`);
    }
    expect(await once('k9999')).toMatchObject({ isRepeated: true });
    expect(await once('k0')).toMatchObject({ isRepeated: true });
  });
});
