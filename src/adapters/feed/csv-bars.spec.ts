import { describe, expect, it } from '@jest/globals';
import { BarFileError, parseBars } from './csv-bars.js';

const HEADER = 'date,open,high,low,close,volume';
const ROW = '2024-01-02,10.00,12,9,11,100';

describe('bars of a CSV file', () => {
  it('keep the text of their prices', () => {
    expect(parseBars(`${HEADER}\n${ROW}\n`, 'AAPL')).toEqual({
      bars: [
        {
          symbol: 'AAPL',
          dayMs: Date.UTC(2024, 0, 2),
          open: '10.00',
          high: '12',
          low: '9',
          close: '11',
          volume: '100',
          prevClose: undefined,
        },
      ],
      badRows: 0,
    });
  });

  it('come from columns in any order and case, with others beside and line ends of any kind', () => {
    const text = ' Volume ,CLOSE,low,High,Open,adjusted,Date\r\n100,11,9,12,10.00,7,2024-01-02\r\n\r\n';
    const { bars, badRows } = parseBars(text, 'AAPL');
    expect(bars).toEqual(parseBars(`${HEADER}\n${ROW}`, 'AAPL').bars);
    expect(badRows).toBe(0);
  });

  it('know the close of the day before, symbol by symbol', () => {
    const text = [
      `symbol,${HEADER}`,
      'A,2024-01-02,1,1,1,1.5,1',
      'B,2024-01-02,2,2,2,2.5,1',
      'A,2024-01-03,3,3,3,3.5,1',
      'B,2024-01-03,4,4,4,4.5,1',
    ].join('\n');
    const { bars } = parseBars(text, 'unused');
    expect(bars.map(({ symbol, prevClose }) => [symbol, prevClose])).toEqual([
      ['A', undefined],
      ['B', undefined],
      ['A', '1.5'],
      ['B', '2.5'],
    ]);
  });

  it.each([
    ['a date that is none', '2024-13-02,10,12,9,11,100'],
    ['a date with a time', '2024-01-02T00:00:00Z,10,12,9,11,100'],
    ['a missing price', '2024-01-02,,12,9,11,100'],
    ['a negative price', '2024-01-02,-10,12,9,11,100'],
    ['an exponent', '2024-01-02,1e1,12,9,11,100'],
    ['text for a price', '2024-01-02,null,12,9,11,100'],
    ['a volume that is not whole', '2024-01-02,10,12,9,11,100.5'],
    ['no volume', '2024-01-02,10,12,9,11,'],
    ['too few cells', '2024-01-02,10'],
  ])('leave out and count a row with %s', (_what, row) => {
    const { bars, badRows } = parseBars([HEADER, ROW, row].join('\n'), 'AAPL');
    expect([bars.length, badRows]).toEqual([1, 1]);
  });

  it('leave out a row without its symbol', () => {
    const { bars, badRows } = parseBars([`symbol,${HEADER}`, `AAPL,${ROW}`, `,${ROW}`].join('\n'), 'unused');
    expect([bars.length, badRows]).toEqual([1, 1]);
  });

  it('do not take the close of a bad row for that of the day before', () => {
    const bad = '2024-01-03,x,12,9,99,100';
    const { bars } = parseBars([HEADER, ROW, bad, '2024-01-04,10,12,9,11,100'].join('\n'), 'AAPL');
    expect(bars.at(-1)?.prevClose).toBe('11');
  });

  it.each([
    ['nothing', ''],
    ['rows without a header', ROW],
    ['a header that lacks a column', 'date,open,high,low,close\n2024-01-02,1,1,1,1'],
  ])('refuse a file of %s', (_what, text) => {
    expect(() => parseBars(text, 'AAPL')).toThrow(BarFileError);
  });

  it('name the columns that are missing', () => {
    expect(() => parseBars('date,open,close', 'AAPL')).toThrow('lacks the columns high, low, volume');
  });
});
