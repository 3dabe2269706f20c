import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { JsonCodec } from '../transport/codec/json.codec.js';
import { MergeChannel } from './merge-channel.js';
import { MergeLane } from './merge-lane.js';

const codec = new JsonCodec();

function take(lane: MergeLane): { values: unknown[]; replaced: number } {
  const elements: Uint8Array[] = [];
  const replaced = lane.takeInto(elements, codec);
  return {
    values: elements.map((element) => JSON.parse(Buffer.from(element).toString().slice(1)) as unknown),
    replaced,
  };
}

function channels(...names: string[]): MergeChannel[] {
  return names.map((name) => new MergeChannel(name));
}

describe('merge lane', () => {
  it('gives the newest value of each channel once, and says how many those replaced', () => {
    const lane = new MergeLane();
    const [a, b, c] = channels('A', 'B', 'C');
    [a, b, c].forEach((channel) => lane.add(channel!));
    [1, 2, 3].forEach((value) => a!.update(value));
    c!.update('c');
    expect(take(lane)).toEqual({ values: expect.arrayContaining([3, 'c']), replaced: 2 });
    expect(take(lane)).toEqual({ values: [], replaced: 0 });
    b!.update('b');
    expect(take(lane)).toEqual({ values: ['b'], replaced: 0 });
  });

  it('gives the values in one order to lanes with the same channels, and signs them alike', () => {
    const all = channels('A', 'B', 'C', 'D');
    const [one, other, less] = [new MergeLane(), new MergeLane(), new MergeLane()];
    all.forEach((channel) => one.add(channel));
    [2, 0, 3, 1].forEach((index) => other.add(all[index]!));
    [0, 1, 2].forEach((index) => less.add(all[index]!));
    expect(other.signature).toBe(one.signature);
    expect(less.signature).not.toBe(one.signature);
    one.remove(all[3]!);
    expect(one.signature).toBe(less.signature);
    all.forEach((channel) => channel.update(channel.name));
    expect(take(one).values).toEqual(take(less).values);
    less.clear();
    expect(less.signature).toBe(new MergeLane().signature);
  });

  it('signs sets of channels differently', () => {
    const all = channels(...Array.from({ length: 500 }, (_, index) => `S${index}`));
    const signatures = new Set<number>();
    for (let lane = 0; lane < 2000; lane += 1) {
      const one = new MergeLane();
      // Neighbours at changing distances: sums of ordinals would meet.
      for (let place = 0; place < 20; place += 1) {
        one.add(all[(lane * 7 + place * ((lane % 11) + 1)) % 500]!);
      }
      signatures.add(one.signature);
    }
    expect(signatures.size).toBeGreaterThan(1900);
  });

  it('wants nothing of what was published before', () => {
    const [lane, [a]] = [new MergeLane(), channels('A')];
    a!.update('old');
    lane.add(a!);
    expect(take(lane).values).toEqual([]);
    a!.update('new');
    expect(take(lane)).toEqual({ values: ['new'], replaced: 0 });
  });

  it('gives nothing of a channel it has left, and goes on with the others', () => {
    const lane = new MergeLane();
    const [a, b] = channels('A', 'B');
    [a, b].forEach((channel) => {
      lane.add(channel!);
      channel!.update(channel!.name);
    });
    lane.remove(a!);
    expect(take(lane).values).toEqual(['B']);
    expect(lane.isEmpty).toBe(false);
    b!.update('again');
    lane.clear();
    expect(lane.isEmpty).toBe(true);
    expect(take(lane).values).toEqual([]);
  });

  it('ends with the newest of every channel, each value taken once or counted as replaced', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.nat(3) },
      { weight: 1, arbitrary: fc.constant('take' as const) },
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const lane = new MergeLane();
        const all = channels('A', 'B', 'C', 'D');
        all.forEach((channel) => lane.add(channel));
        const published = [0, 0, 0, 0];
        const last = new Map<number, number>();
        let [taken, replaced] = [0, 0];
        const takeAll = (): void => {
          const batch = take(lane);
          replaced += batch.replaced;
          for (const value of batch.values as { channel: number; seq: number }[]) {
            expect(value.seq).toBeGreaterThan(last.get(value.channel) ?? 0);
            last.set(value.channel, value.seq);
            taken += 1;
          }
        };
        for (const next of steps) {
          if (next === 'take') {
            takeAll();
          } else {
            published[next]! += 1;
            all[next]!.update({ channel: next, seq: published[next] });
          }
        }
        takeAll();
        published.forEach((count, index) => expect(last.get(index) ?? 0).toBe(count));
        expect(taken + replaced).toBe(published.reduce((sum, count) => sum + count, 0));
      }),
    );
  });
});
