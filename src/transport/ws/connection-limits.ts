import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppConfig } from '../../../config/app-config.js';
import { limitKey } from '../client-address.js';
import { retryAfter, UpgradeRefused } from './upgrade-refused.js';

/** The one key of the count of all. */
const ALL = 'all';

/** What a place counts towards, and gives back. */
interface ConnectionCounts {
  readonly total: BoundedCount;
  readonly byAddress: BoundedCount;
  readonly unauthenticatedByAddress: BoundedCount;
  readonly byUser: BoundedCount;
}

/** How many connections there may be: in all, of an address, of an address without a token, of a user. */
@Injectable()
export class ConnectionLimits {
  private readonly counts: ConnectionCounts;
  private readonly upgradeRate: RateLimiterMemory | undefined;

  constructor({ limits }: AppConfig) {
    this.counts = {
      total: new BoundedCount(limits.connections),
      byAddress: new BoundedCount(limits.connectionsPerIp),
      unauthenticatedByAddress: new BoundedCount(limits.unauthenticatedPerIp),
      byUser: new BoundedCount(limits.connectionsPerUser),
    };
    const points = limits.upgradesPerIpPerSecond;
    this.upgradeRate = points === 0 ? undefined : new RateLimiterMemory({ points, duration: 1 });
  }

  /** A place for one more connection from `address`. Throws `UpgradeRefused`. */
  async reserve(address: string): Promise<ConnectionPlace> {
    const key = limitKey(address);
    await this.upgradeRate?.consume(key).catch(() => {
      throw new UpgradeRefused(429, 'rate_ip', retryAfter());
    });
    const { total, byAddress } = this.counts;
    if (!total.increment(ALL)) {
      throw new UpgradeRefused(503, 'overload', retryAfter());
    }
    if (!byAddress.increment(key)) {
      total.decrement(ALL);
      throw new UpgradeRefused(429, 'conn_ip', retryAfter());
    }
    return new ConnectionPlace(key, this.counts);
  }
}

/** Everything one connection counts towards, from its handshake to its end. */
export class ConnectionPlace {
  private isUnauthenticated = false;
  private userId: string | undefined = undefined;
  private isReleased = false;

  constructor(
    private readonly addressKey: string,
    private readonly counts: ConnectionCounts,
  ) {}

  /** Counts towards the connections that have not said yet who they are; false when there are too many. */
  takeUnauthenticated(): boolean {
    if (this.isUnauthenticated) {
      return true;
    }
    this.isUnauthenticated =
      !this.isReleased && this.counts.unauthenticatedByAddress.increment(this.addressKey);
    return this.isUnauthenticated;
  }

  /** Counts towards the user, and no longer towards the unauthenticated; false when the user has too many. */
  takeUser(userId: string): boolean {
    if (this.userId !== undefined) {
      return this.userId === userId;
    }
    // A connection may end while its token is checked: what it took afterwards nobody would give back.
    if (this.isReleased || !this.counts.byUser.increment(userId)) {
      return false;
    }
    this.userId = userId;
    this.leaveUnauthenticated();
    return true;
  }

  /** Gives everything back; further calls do nothing. */
  release(): void {
    if (this.isReleased) {
      return;
    }
    this.isReleased = true;
    this.leaveUnauthenticated();
    if (this.userId !== undefined) {
      this.counts.byUser.decrement(this.userId);
    }
    this.counts.byAddress.decrement(this.addressKey);
    this.counts.total.decrement(ALL);
  }

  private leaveUnauthenticated(): void {
    if (this.isUnauthenticated) {
      this.isUnauthenticated = false;
      this.counts.unauthenticatedByAddress.decrement(this.addressKey);
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
