/** The last points of one symbol, for drawing. Two parallel arrays: it is what uPlot takes. */
const CAPACITY = 300;

export class PriceHistory {
  /** Epoch seconds, never falling. */
  times = [];
  /** Prices; `null` breaks the line. */
  prices = [];

  add(timeMs, price) {
    const seconds = timeMs / 1000;
    this.times.push(Math.max(seconds, this.times.at(-1) ?? seconds));
    this.prices.push(price);
    if (this.times.length > CAPACITY) {
      this.times.shift();
      this.prices.shift();
    }
  }

  /** Nothing was heard for a while: a line across the hole would claim knowledge we do not have. */
  break() {
    if (this.prices.length > 0 && this.prices.at(-1) !== null) {
      this.add(this.times.at(-1) * 1000, null);
    }
  }
}
