/** A logarithmic axis of a drawing: values of `min` to `max` lie between the pixels `from` and `to`. */
export class LogAxis {
  constructor(
    private readonly min: number,
    private readonly max: number,
    private readonly from: number,
    private readonly to: number,
  ) {}

  at(value: number): number {
    const share = Math.log(value / this.min) / Math.log(this.max / this.min);
    return this.from + share * (this.to - this.from);
  }

  /** 1, 2 and 5 of every decade within the range. */
  get ticks(): readonly number[] {
    const decades = Array.from({ length: 13 }, (_, index) => index - 6);
    return decades
      .flatMap((exponent) => [1, 2, 5].map((digit) => Number(`${digit}e${exponent}`)))
      .filter((tick) => tick >= this.min && tick <= this.max);
  }
}
