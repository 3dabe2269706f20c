import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { CLOSE_REASONS } from '../protocol/close-codes.js';
import { DrainState } from './drain-state.js';
import { CommandLoop } from './ws/command-loop.js';
import { ConnectionRegistry } from './ws/connection-registry.js';

/** Sockets closed per second at most, so that the node they move to is not stormed. */
const CLOSES_PER_SECOND = 500;
const SLICE_MS = 20;

/** After a fatal error: everybody is told, soon. */
const HURRIED = { delayMs: 0, windowMs: 2000 };

/**
 * Ends the process without ending a connection in mid-sentence: no new upgrades, a `reconnect` push that spreads the
 * return over a window, then close frames with 1012 in slices.
 */
@Injectable()
export class DrainService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Drain');

  constructor(
    private readonly config: AppConfig,
    private readonly state: DrainState,
    private readonly registry: ConnectionRegistry,
    private readonly loop: CommandLoop,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    if (this.state.isDraining) {
      return;
    }
    this.state.begin();
    const connections = [...this.registry];
    if (connections.length === 0) {
      return;
    }
    const { delayMs, windowMs: longestMs } = this.state.isHurried ? HURRIED : this.config.drain;
    const windowMs = Math.min(longestMs, (connections.length / CLOSES_PER_SECOND) * 1000);
    this.logger.log(`draining ${connections.length} connections over ${Math.round(windowMs)} ms`);
    await passed(delayMs);
    for (const { session } of connections) {
      const afterMs = Math.round(Math.random() * windowMs);
      session.push('reconnect', { afterMs, reason: CLOSE_REASONS.drain.reason });
    }
    await this.until(() => this.loop.inFlight === 0);
    await this.closeInSlices(windowMs);
    await this.until(() => this.registry.size === 0);
  }

  private async closeInSlices(windowMs: number): Promise<void> {
    const remaining = [...this.registry];
    const slices = Math.max(1, Math.ceil(windowMs / SLICE_MS));
    const sliceSize = Math.ceil(remaining.length / slices);
    while (remaining.length > 0) {
      await passed(SLICE_MS);
      for (const { session } of remaining.splice(0, sliceSize)) {
        session.close(CLOSE_REASONS.drain);
      }
    }
  }

  /** Waits for commands in flight, and for close handshakes; `ws` cuts the peers that stay silent by then. */
  private async until(isDone: () => boolean): Promise<void> {
    const rounds = Math.ceil(this.config.ws.closeTimeoutMs / SLICE_MS) + 1;
    for (let round = 0; round < rounds && !isDone(); round += 1) {
      await passed(SLICE_MS);
    }
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
