/**
 * Decimals travel and stay as text: `68900.50` keeps its last zero and a long volume its last digit. A number
 * is made of one only to draw it or to see which of two is larger, never to calculate a price that is shown.
 */
export const ABSENT = '—';

/** `68900.50` → `68,900.50`. */
export function grouped(decimal) {
  if (decimal === undefined) {
    return ABSENT;
  }
  const [whole, fraction] = withMinusSign(decimal).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** `1.05` → `+1.05`, `-1.05` → `−1.05`. */
export function signed(decimal) {
  return decimal !== undefined && Number(decimal) > 0 ? `+${grouped(decimal)}` : grouped(decimal);
}

// Given a string, Intl rounds the exact decimal value and not the nearest double (ECMA-402 from 2023).
const percentFormat = new Intl.NumberFormat('en', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});

/** `1.2345` → `+1.23%`. */
export function percent(decimal) {
  return decimal === undefined ? ABSENT : `${withMinusSign(percentFormat.format(decimal))}%`;
}

/** Digits after the point, as the source gave them. */
export function scaleOf(decimal) {
  return decimal?.split('.')[1]?.length ?? 0;
}

/** `up`, `down` or `flat`: the word that colours and arrows hang on. */
export function trendOf(decimal) {
  return trendBetween('0', decimal ?? '0');
}

export function trendBetween(before, after) {
  const difference = Number(after) - Number(before);
  return difference > 0 ? 'up' : difference < 0 ? 'down' : 'flat';
}

/** A hyphen is narrower than a digit and reads as a dash; U+2212 is the sign. */
function withMinusSign(text) {
  return text.replace('-', '−');
}
