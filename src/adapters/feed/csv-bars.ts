import type { Bar } from './bar-ticks.js';

const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;
const PRICE = /^\d+(\.\d+)?$/;
const VOLUME = /^\d+$/;

/** Thrown when the file as a whole cannot be bars; single bad rows are counted instead. */
export class BarFileError extends Error {}

/**
 * Daily bars of a CSV file with a header: `date,open,high,low,close,volume`, in any order, with others beside, and
 * `symbol` where a file holds several. Rows are in the order of time.
 */
export function parseBars(text: string, onlySymbol: string): { bars: Bar[]; badRows: number } {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new BarFileError(`The bar file lacks the columns ${missing.join(', ')}`);
  }
  const closes = new Map<string, string>();
  const bars: Bar[] = [];
  let badRows = 0;
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (name: string): string => cells[names.indexOf(name)]?.trim() ?? '';
    const [open, high, low, close] = [cell('open'), cell('high'), cell('low'), cell('close')];
    const dayMs = Date.parse(`${cell('date')}T00:00:00Z`);
    const volume = cell('volume');
    const symbol = names.includes('symbol') ? cell('symbol') : onlySymbol;
    if (
      symbol === '' ||
      Number.isNaN(dayMs) ||
      ![open, high, low, close].every((price) => PRICE.test(price)) ||
      !VOLUME.test(volume)
    ) {
      badRows += 1;
      continue;
    }
    bars.push({ symbol, dayMs, open, high, low, close, volume, prevClose: closes.get(symbol) });
    closes.set(symbol, close);
  }
  return { bars, badRows };
}
