import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { StoreRefused } from '../../../ports/store-refused.js';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { ExitGate } from './exit-gate.js';
import { PendingCalls } from './pending-calls.js';
import { fromWire } from './sqlite-error.js';
import {
  type BootReport,
  MEMORY,
  type ThreadData,
  type ThreadReply,
  type ThreadRequest,
} from './worker-messages.js';

const MAX_PENDING = 10_000;
/** How often the log says that the store cannot be used for the same reason. */
const REASON_INTERVAL_MS = 60_000;
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 5_000;

/** The thread that runs the SQL, seen from the gateway. One that dies is started anew, except for a database in memory. */
export class StoreThread {
  private readonly logger = new Logger('Store');
  private readonly pending = new PendingCalls();
  private readonly gate = new ExitGate();
  private readonly shutGate = (): void => this.gate.shut();
  private worker: Worker | undefined;
  private booted: Promise<void> = Promise.resolve();
  private isReady = false;
  private isClosed = false;
  private restartMs = FIRST_RESTART_MS;
  /** By reason. */
  private readonly saidAtMs = new Map<string, number>();
  private restart: NodeJS.Timeout | undefined;

  private constructor(private readonly file: string) {}

  /** `file` exists, or is `MEMORY`. Resolves when the database is open and migrated. Throws `StoreRefused`. */
  static async open(file: string): Promise<StoreThread> {
    const thread = new StoreThread(file);
    process.on('exit', thread.shutGate);
    try {
      await thread.boot();
    } catch (error) {
      process.off('exit', thread.shutGate);
      throw error;
    }
    return thread;
  }

  /** Runs a method of a store with arguments that can be cloned. Throws `StoreUnavailable`, or an error that is a bug. */
  call(store: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.isReady && !this.isClosed && this.pending.size < MAX_PENDING
      ? this.post(store, method, args)
      : Promise.reject(new StoreUnavailable());
  }

  /** Lets the calls made before finish, closes the database and ends the thread. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.restart);
    await this.booted.catch(() => {});
    await this.pending.drain();
    const { worker } = this;
    if (this.isReady && worker !== undefined) {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      // Never `terminate`: it aborts the process when it meets the thread inside SQLite.
      await this.post('engine', 'close', []).then(
        () => ended,
        () => worker.unref(),
      );
    }
    process.off('exit', this.shutGate);
  }

  private post(store: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.pending.add((id) => {
      const request: ThreadRequest = { id, store, method, args };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.worker!.postMessage(request);
    });
  }

  private boot(): Promise<void> {
    const workerData: ThreadData = { file: this.file, gate: this.gate.memory };
    const worker = new Worker(new URL('./store.worker.js', import.meta.url), { name: 'store', workerData });
    this.worker = worker;
    this.booted = new Promise((resolve, reject) => {
      worker.on('message', (message: ThreadReply | BootReport) => {
        if ('id' in message) {
          this.sayWhyUnavailable(message);
          this.pending.settle(message);
        } else if (message.boot === 'ready') {
          this.isReady = true;
          resolve();
        } else {
          reject(message.boot === 'refused' ? new StoreRefused(message.sentence) : fromWire(message.error));
        }
      });
      worker.on('error', (error) => {
        // Its text may quote data.
        this.logger.error(`The store's thread failed: ${error.name}`);
        reject(error);
      });
      worker.on('exit', () => {
        reject(new Error("The store's thread ended while it started"));
        if (this.worker === worker && this.isReady) {
          this.lose();
        }
      });
    });
    return this.booted;
  }

  /** Callers learn that the store is unavailable; why is for the log, not with every call. */
  private sayWhyUnavailable(reply: ThreadReply): void {
    if (!('error' in reply) || reply.error.kind !== 'unavailable') {
      return;
    }
    const { summary } = reply.error;
    const nowMs = performance.now();
    if (nowMs - (this.saidAtMs.get(summary) ?? -Infinity) > REASON_INTERVAL_MS) {
      this.saidAtMs.set(summary, nowMs);
      this.logger.error(`The store cannot be used: ${summary}`);
    }
  }

  private lose(): void {
    this.isReady = false;
    this.pending.abandon();
    if (this.isClosed) {
      return;
    }
    if (this.file === MEMORY) {
      this.logger.error('The store is gone, and what it held in memory with it. Restart the gateway.');
      return;
    }
    this.restartMs = FIRST_RESTART_MS;
    this.restartLater();
  }

  private restartLater(): void {
    this.logger.error(`The store's thread ended; it starts again in ${this.restartMs} ms`);
    this.restart = setTimeout(() => {
      this.boot().then(
        () => this.logger.log('The store is back'),
        (error: unknown) => {
          if (error instanceof StoreRefused) {
            this.logger.error(error.message);
          }
          if (!this.isClosed) {
            this.restartLater();
          }
        },
      );
    }, this.restartMs);
    this.restartMs = Math.min(this.restartMs * 2, LAST_RESTART_MS);
  }
}
