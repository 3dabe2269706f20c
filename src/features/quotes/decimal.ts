import { Big } from 'big.js';
import type { Decimal } from '../../protocol/quote.js';

/** `^-?\d+(\.\d+)?$`, and no longer than any real price or volume. `1e308` and `NaN` are not numbers here. */
const DECIMAL = /^-?\d{1,24}(\.\d{1,18})?$/;

export const isDecimal = (text: unknown): text is Decimal => typeof text === 'string' && DECIMAL.test(text);
/** Of decimals alone: a sign and digits tell, without arithmetic for every price of every tick. */
export const isPositive = (text: Decimal): boolean => !text.startsWith('-') && !isZero(text);
export const isNotNegative = (text: Decimal): boolean => !text.startsWith('-') || isZero(text);

const isZero = (text: Decimal): boolean => !/[1-9]/.test(text);

const PERCENT_DECIMALS = 4;

/** Divides to the digits that are shown: the default of 20 took two fifths of the time of a tick. */
const Percent = Big();
Percent.DP = PERCENT_DECIMALS;
Percent.RM = Big.roundHalfUp;

/** `last - base` in the finer scale of the two, and that as a percentage of `base`, half away from zero. */
export function changeFrom(base: Decimal, last: Decimal): { change: Decimal; changePercent: Decimal } {
  const change = new Percent(last).minus(base);
  const quotient = change.times(100).div(base);
  // What rounds to nothing has no sign: never -0.0000.
  const percent = quotient.eq(0) ? quotient.abs() : quotient;
  return {
    change: change.toFixed(Math.max(scaleOf(base), scaleOf(last))),
    changePercent: percent.toFixed(PERCENT_DECIMALS),
  };
}

/** Digits behind the point. */
function scaleOf(text: Decimal): number {
  return text.split('.')[1]?.length ?? 0;
}
