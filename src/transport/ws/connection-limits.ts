import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppConfig } from '../../../config/app-config.js';
import { limitKey } from '../client-address.js';
import { retryAfter, UpgradeRefused } from './upgrade-refused.js';

/** How many connections there may be: in all, of an address, of an address without a token, of a user. */
@Injectable()
export class ConnectionLimits {
  private readonly total: BoundedCount;
  private readonly byAddress: BoundedCount;
  private readonly unauthenticatedByAddress: BoundedCount;
  private readonly byUser: BoundedCount;
  private readonly upgradeRate: RateLimiterMemory | undefined;

  constructor({ limits }: AppConfig) {
    this.total = new BoundedCount(limits.connections);
    this.byAddress = new BoundedCount(limits.connectionsPerIp);
    this.unauthenticatedByAddress = new BoundedCount(limits.unauthenticatedPerIp);
    this.byUser = new BoundedCount(limits.connectionsPerUser);
    const points = limits.upgradesPerIpPerSecond;
    this.upgradeRate = points === 0 ? undefined : new RateLimiterMemory({ points, duration: 1 });
  }

  /** A place for one more connection from `address`. Throws `UpgradeRefused`. */
  async reserve(address: string): Promise<ConnectionPlace> {
    const key = limitKey(address);
    await this.upgradeRate?.consume(key).catch(() => {
      throw new UpgradeRefused(429, 'rate_ip', retryAfter());
    });
    const place = new ConnectionPlace(key, this.unauthenticatedByAddress, this.byUser);
    if (!place.take(this.total, 'all')) {
      throw new UpgradeRefused(503, 'overload', retryAfter());
    }
    if (!place.take(this.byAddress, key)) {
      place.release();
      throw new UpgradeRefused(429, 'conn_ip', retryAfter());
    }
    return place;
  }
}

/** Everything one connection counts towards, from its handshake to its end. */
export class ConnectionPlace {
  private readonly held: [BoundedCount, string][] = [];
  private isReleased = false;

  constructor(
    private readonly addressKey: string,
    private readonly unauthenticatedByAddress: BoundedCount,
    private readonly byUser: BoundedCount,
  ) {}

  /** Counts towards the connections that have not said yet who they are; false when there are too many. */
  takeUnauthenticated(): boolean {
    return this.take(this.unauthenticatedByAddress, this.addressKey);
  }

  /** Counts towards the user, and no longer towards the unauthenticated; false when the user has too many. */
  takeUser(userId: string): boolean {
    if (!this.take(this.byUser, userId)) {
      return false;
    }
    const index = this.held.findIndex(([count]) => count === this.unauthenticatedByAddress);
    if (index !== -1) {
      this.held.splice(index, 1);
      this.unauthenticatedByAddress.decrement(this.addressKey);
    }
    return true;
  }

  take(count: BoundedCount, key: string): boolean {
    // A connection may end while its token is checked: what it took afterwards nobody would give back.
    const isTaken = !this.isReleased && count.increment(key);
    if (isTaken) {
      this.held.push([count, key]);
    }
    return isTaken;
  }

  /** Gives everything back; further calls do nothing. */
  release(): void {
    this.isReleased = true;
    for (const [count, key] of this.held.splice(0)) {
      count.decrement(key);
    }
  }
}

/** A count by key that may not pass a limit; 0 is no limit. */
class BoundedCount {
  private readonly counts = new Map<string, number>();

  constructor(private readonly limit: number) {}

  increment(key: string): boolean {
    const count = this.counts.get(key) ?? 0;
    if (this.limit > 0 && count >= this.limit) {
      return false;
    }
    this.counts.set(key, count + 1);
    return true;
  }

  /** Keys go with their last connection, so that the map is no record of everybody who ever came. */
  decrement(key: string): void {
    const count = this.counts.get(key) ?? 0;
    if (count <= 1) {
      this.counts.delete(key);
    } else {
      this.counts.set(key, count - 1);
    }
  }
}
