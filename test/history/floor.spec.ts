import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Floor } from './floor.js';

it('is the greatest value that was known before the moment', () => {
  const moments = fc.array(fc.record({ at: fc.nat(50), value: fc.nat(20) }));
  fc.assert(
    fc.property(moments, fc.nat(60), (known, at) => {
      const floor = new Floor();
      known.forEach((moment) => floor.add(moment.at, moment.value));
      const before = known.filter((moment) => moment.at < at).map(({ value }) => value);
      expect(floor.before(at)).toBe(Math.max(0, ...before));
    }),
  );
});
