import type { QuoteTick } from '../../ports/quote-feed.port.js';
import { seededNormal, seededRandom, seedOf } from './seeded-random.js';

/** What kind of thing a symbol looks like, by its name. Volatility is per year, prices are where a walk begins. */
interface Profile {
  readonly pattern: RegExp;
  readonly price: readonly [number, number];
  readonly volatility: number;
  readonly decimals: number;
  readonly spreadRatio: number;
  readonly lot: number;
}

const PROFILES: readonly Profile[] = [
  {
    pattern: /^BTC-/,
    price: [60_000, 110_000],
    volatility: 0.6,
    decimals: 2,
    spreadRatio: 0.0001,
    lot: 0.01,
  },
  { pattern: /-USD$/, price: [1500, 4500], volatility: 0.8, decimals: 2, spreadRatio: 0.0002, lot: 0.1 },
  {
    pattern: /^[A-Z]{6}$/,
    price: [1.02, 1.35],
    volatility: 0.08,
    decimals: 5,
    spreadRatio: 0.00005,
    lot: 100_000,
  },
  { pattern: /^/, price: [40, 480], volatility: 0.35, decimals: 2, spreadRatio: 0.0002, lot: 100 },
];

const MS_PER_YEAR = 365 * 24 * 3_600_000;
/** A year of market noise in about a day: a simulated second moves enough to be seen. */
const TIME_WARP = 400;

/** Geometric Brownian motion: S ← S · exp(−σ²/2·dt + σ·√dt·Z), without drift, rounded to the instrument's tick. */
export class SimulatedInstrument {
  private readonly random: () => number;
  private readonly normal: () => number;
  private readonly profile: Profile;
  private price: number;
  private readonly prevClose: number;
  private readonly open: number;
  private high: number;
  private low: number;
  private volume = 0;

  constructor(
    readonly symbol: string,
    seed: number,
  ) {
    this.random = seededRandom(seedOf(seed, symbol));
    this.normal = seededNormal(this.random);
    this.profile = PROFILES.find(({ pattern }) => pattern.test(symbol))!;
    const [from, to] = this.profile.price;
    this.prevClose = from + (to - from) * this.random();
    this.open = this.prevClose * (1 + 0.004 * this.normal());
    this.price = this.open;
    this.high = this.open;
    this.low = this.open;
  }

  /** What subscribers must know once. */
  first(): QuoteTick {
    return {
      ...this.tick(0),
      currency: 'USD',
      open: this.text(this.open),
      prevClose: this.text(this.prevClose),
      session: 'regular',
    };
  }

  next(elapsedMs: number): QuoteTick {
    const { volatility } = this.profile;
    const dt = (elapsedMs * TIME_WARP) / MS_PER_YEAR;
    this.price *= Math.exp((-(volatility ** 2) / 2) * dt + volatility * Math.sqrt(dt) * this.normal());
    this.high = Math.max(this.high, this.price);
    this.low = Math.min(this.low, this.price);
    return this.tick(this.profile.lot * Math.ceil(this.random() * 9));
  }

  private tick(size: number): QuoteTick {
    const half = Math.max((this.price * this.profile.spreadRatio) / 2, 10 ** -this.profile.decimals);
    this.volume += size;
    return {
      symbol: this.symbol,
      bid: this.text(this.price - half),
      ask: this.text(this.price + half),
      last: this.text(this.price),
      high: this.text(this.high),
      low: this.text(this.low),
      volume: this.volume.toFixed(this.profile.lot < 1 ? 2 : 0),
    };
  }

  private text(price: number): string {
    return price.toFixed(this.profile.decimals);
  }
}
