import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../ports/clock.port.js';

const MAX_COUNT = 0xfff;

/** What every id looks like. */
export const UPDATE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Ids that grow with time, and within a millisecond: UUIDs of version 7 (RFC 9562 section 6.2, method 1). */
@Injectable()
export class UpdateIds {
  private lastMs = 0;
  private count = 0;

  constructor(private readonly clock: Clock) {}

  next(): string {
    const nowMs = this.clock.epochMs();
    if (nowMs > this.lastMs) {
      this.lastMs = nowMs;
      this.count = 0;
    } else if (this.count < MAX_COUNT) {
      this.count += 1;
    } else {
      this.lastMs += 1;
      this.count = 0;
    }
    const time = this.lastMs.toString(16).padStart(12, '0');
    const count = this.count.toString(16).padStart(3, '0');
    const random = randomBytes(8);
    random[0] = (random[0]! & 0x3f) | 0x80;
    const tail = random.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }
}
