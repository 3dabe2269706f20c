import { createHash } from 'node:crypto';
import { ConflictException, Injectable, UnprocessableEntityException } from '@nestjs/common';
import { Clock } from '../../ports/clock.port.js';

const KEEP_MS = 24 * 3_600_000;
const MAX_KEYS = 10_000;

interface Entry {
  readonly bodyHash: string;
  readonly expiresAtMs: number;
  result?: unknown;
}

/**
 * Answers to requests that carried an `Idempotency-Key`, so that a retry repeats the answer and not the deed. Kept in
 * memory for a day, the oldest dropped beyond the cap.
 */
@Injectable()
export class IdempotencyKeys {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  /**
   * Runs `deed` once per caller and key. Throws 422 when the key came with another body before, 409 while the first
   * is still under way.
   */
  async once<Result>(
    caller: string,
    key: string,
    body: unknown,
    deed: () => Promise<Result>,
  ): Promise<{ result: Result; isRepeated: boolean }> {
    const name = `${caller}\n${key}`;
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('base64');
    const known = this.find(name);
    if (known !== undefined) {
      if (known.bodyHash !== bodyHash) {
        throw new UnprocessableEntityException('The Idempotency-Key was used with another body.');
      }
      if (!('result' in known)) {
        throw new ConflictException({
          message: 'The first request is still under way.',
          retryAfterSeconds: 1,
        });
      }
      return { result: known.result as Result, isRepeated: true };
    }
    const entry: Entry = { bodyHash, expiresAtMs: this.clock.monotonicMs() + KEEP_MS };
    this.makeRoom();
    this.entries.set(name, entry);
    try {
      entry.result = await deed();
    } catch (error) {
      // What failed may be tried again with the same key.
      this.entries.delete(name);
      throw error;
    }
    return { result: entry.result as Result, isRepeated: false };
  }

  private find(name: string): Entry | undefined {
    const entry = this.entries.get(name);
    return entry !== undefined && entry.expiresAtMs > this.clock.monotonicMs() ? entry : undefined;
  }

  /** Drops what has expired, and the oldest while there are too many. Insertion order is the order of expiry. */
  private makeRoom(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [oldest, { expiresAtMs }] of this.entries) {
      if (expiresAtMs > nowMs && this.entries.size < MAX_KEYS) {
        break;
      }
      this.entries.delete(oldest);
    }
  }
}
