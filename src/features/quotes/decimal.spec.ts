import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { changeFrom, isDecimal, isNotNegative, isPositive } from './decimal.js';

describe('a decimal', () => {
  it.each(['0', '-0', '1', '-1.5', '0.000000000000000001', '007', '9'.repeat(24), `1.${'0'.repeat(18)}`])(
    'is %p',
    (text) => {
      expect(isDecimal(text)).toBe(true);
    },
  );

  it.each([
    '',
    ' 1',
    '1 ',
    '1.',
    '.5',
    '+1',
    '--1',
    '1e5',
    '1E5',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '1_000',
    '١',
    '9'.repeat(25),
    `1.${'0'.repeat(19)}`,
    '1\n',
    1,
    null,
    undefined,
    {},
  ])('is not %p', (value) => {
    expect(isDecimal(value)).toBe(false);
  });

  it.each([
    ['0', false, true],
    ['-0.00', false, true],
    ['0.000000000000000001', true, true],
    ['-0.000000000000000001', false, false],
    ['123', true, true],
  ])('%p: positive %p, not negative %p', (text, positive, notNegative) => {
    expect([isPositive(text), isNotNegative(text)]).toEqual([positive, notNegative]);
  });
});

describe('change', () => {
  it.each([
    ['100', '110', '10', '10.0000'],
    ['100', '90', '-10', '-10.0000'],
    ['100.50', '100.50', '0.00', '0.0000'],
    ['100', '100.50', '0.50', '0.5000'],
    ['100.500', '101', '0.500', '0.4975'],
    ['3', '4', '1', '33.3333'],
    ['3', '5', '2', '66.6667'],
    // Half away from zero, on both sides.
    ['8000000', '8000004', '4', '0.0001'],
    ['8000000', '7999996', '-4', '-0.0001'],
    ['8000000', '8000012', '12', '0.0002'],
    ['8000000', '7999988', '-12', '-0.0002'],
    // What floating point would get wrong.
    ['0.1', '0.3', '0.2', '200.0000'],
    ['1.1', '1.3', '0.2', '18.1818'],
    ['123456789012345678.01', '123456789012345678.02', '0.01', '0.0000'],
  ])('from %s to %s is %s, %s percent', (base, last, change, changePercent) => {
    expect(changeFrom(base, last)).toEqual({ change, changePercent });
  });

  it('has no sign where it rounds to nothing', () => {
    expect(changeFrom('8000000', '7999999').changePercent).toBe('0.0000');
  });

  it('is exact and rounds half away from zero for all prices', () => {
    // Both with two decimals, so that whole numbers can tell: percent × 10^4 = change × 10^6 / base.
    const cents = fc.bigInt({ min: 1n, max: 10n ** 12n });
    const text = (value: bigint): string => `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;
    fc.assert(
      fc.property(cents, cents, (base, last) => {
        const difference = last - base;
        const magnitude = difference < 0n ? -difference : difference;
        const rounded = (magnitude * 10n ** 6n * 2n + base) / (base * 2n);
        const { change, changePercent } = changeFrom(text(base), text(last));
        expect(Math.round(Number(change) * 100)).toBe(Number(difference));
        expect(BigInt(changePercent.replace('.', ''))).toBe(difference < 0n ? -rounded : rounded);
        expect(isDecimal(change) && isDecimal(changePercent)).toBe(true);
      }),
    );
  });
});
