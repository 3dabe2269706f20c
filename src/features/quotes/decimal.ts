import { Big } from 'big.js';
import type { Decimal } from '../../protocol/quote.js';

/** `^-?\d+(\.\d+)?$`, and no longer than any real price or volume. `1e308` and `NaN` are not numbers here. */
const DECIMAL = /^-?\d{1,24}(\.\d{1,18})?$/;

export const isDecimal = (text: unknown): text is Decimal => typeof text === 'string' && DECIMAL.test(text);
export const isPositive = (text: Decimal): boolean => new Big(text).gt(0);
export const isNotNegative = (text: Decimal): boolean => !text.startsWith('-') || new Big(text).eq(0);

const PERCENT_DECIMALS = 4;

/** `last - base` in the finer scale of the two, and that as a percentage of `base`, half away from zero. */
export function changeFrom(base: Decimal, last: Decimal): { change: Decimal; changePercent: Decimal } {
  const change = new Big(last).minus(base);
  return {
    change: change.toFixed(Math.max(scaleOf(base), scaleOf(last))),
    // Rounded first, so that nothing is not written as -0.0000.
    changePercent: change
      .div(base)
      .times(100)
      .round(PERCENT_DECIMALS, Big.roundHalfUp)
      .toFixed(PERCENT_DECIMALS),
  };
}

/** Digits behind the point. */
function scaleOf(text: Decimal): number {
  return text.split('.')[1]?.length ?? 0;
}
