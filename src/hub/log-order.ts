import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { stackFramesOf } from '../observability/stack-frames.js';
import type { LogPublication } from '../ports/broker.port.js';
import { LogChannels } from './log-channels.js';

/** How long a publication waits for the one before it, which may be on its way, before the store is asked. */
const HOLD_MS = 100;

/** Wait before the store is asked again when it did not answer. */
const RETRY_MS = 1000;

/** Publications held in a gap; what more comes is read from the store with the rest. */
const MAX_HELD = 1000;

/** Logs whose place is remembered; beyond it the one that has been quiet longest goes, if nobody follows it. */
const MAX_PLACES = 10_000;

/** Quiet logs looked at for one that may go. */
const MAX_LOOKS = 20;

export type NumberedPublication = LogPublication & { readonly position: { log: string; seq: number } };

/** Where missing publications of a numbered log can be read: the store, which is the truth. Undefined: the log is gone. */
export type LogSource = (log: string, since: number) => Promise<readonly NumberedPublication[] | undefined>;

interface Place {
  last: number;
  /** False while `last` is only what a reader found in the store: what was committed by then may still be published. */
  hasDelivered: boolean;
  readonly held: Map<number, NumberedPublication>;
  isRepairing: boolean;
}

/**
 * Puts the publications of numbered logs in order. The broker is a hint: what it doubled is dropped, what it lost is
 * read from the store, and nobody sees a number before its predecessor.
 */
@Injectable()
export class LogOrder {
  private readonly logger = new Logger('LogOrder');
  private readonly places = new Map<string, Place>();
  private source: LogSource = () => Promise.resolve([]);
  private deliver: (publication: NumberedPublication) => void = () => {};
  private observer: (publication: NumberedPublication) => void = () => {};

  constructor(
    private readonly logs: LogChannels,
    private readonly metrics: Metrics,
  ) {}

  /** Set once each: the feature that keeps the logs, and the fan-out. */
  readFrom(source: LogSource): void {
    this.source = source;
  }

  deliverTo(deliver: (publication: NumberedPublication) => void): void {
    this.deliver = deliver;
  }

  /** Sees every publication once, in the order of its log, after it was delivered. One observer a node. */
  observe(observer: (publication: NumberedPublication) => void): void {
    this.observer = observer;
  }

  accept(publication: NumberedPublication): void {
    const { log, seq } = publication.position;
    const place = this.places.get(log) ?? this.begin(log, seq);
    if (seq === place.last + 1) {
      this.advance(place, publication);
    } else if (seq > place.last) {
      this.hold(log, place, publication);
    } else if (!place.hasDelivered) {
      // Some have read it already, others have not: their subscriptions know. From here on the numbers run.
      this.advance(place, publication);
    } else {
      this.metrics.logDuplicates.inc();
    }
    this.touch(log, place);
  }

  /** Somebody joins who has read the log up to `seq`: a first publication that is further on is a gap. */
  follow(log: string, seq: number): void {
    const place = this.places.get(log) ?? this.begin(log, seq);
    if (!place.hasDelivered) {
      place.last = Math.min(place.last, seq);
    }
  }

  /** The log is gone; one of the same name starts anew. */
  forget(log: string): void {
    this.places.delete(log);
  }

  private advance(place: Place, publication: NumberedPublication): void {
    let next: NumberedPublication | undefined = publication;
    place.hasDelivered = true;
    while (next !== undefined) {
      place.last = next.position.seq;
      place.held.delete(next.position.seq);
      this.deliver(next);
      this.observer(next);
      next = place.held.get(place.last + 1);
    }
  }

  private hold(log: string, place: Place, publication: NumberedPublication): void {
    if (place.held.size < MAX_HELD) {
      place.held.set(publication.position.seq, publication);
    }
    if (!place.isRepairing) {
      place.isRepairing = true;
      setTimeout(() => void this.repair(log, place), HOLD_MS).unref();
    }
  }

  private async repair(log: string, place: Place): Promise<void> {
    if (place.held.size === 0 || this.places.get(log) !== place) {
      place.isRepairing = false;
      return;
    }
    const since = place.last;
    let missing: readonly NumberedPublication[] | undefined = [];
    try {
      missing = await this.source(log, since);
      this.metrics.gapRepairs.inc();
    } catch (error) {
      this.logger.warn('a gap could not be read from the store', stackFramesOf(error));
    }
    if (this.places.get(log) !== place) {
      return;
    }
    if (missing === undefined) {
      this.places.delete(log);
      return;
    }
    const before = place.last;
    const [first] = missing;
    // What a reader's `follow` put before `since` meanwhile was not asked for: the next read has it.
    if (first !== undefined && first.position.seq > since + 1 && place.last >= since) {
      // The store has trimmed what was lost: nobody will ever have it.
      place.last = Math.max(place.last, first.position.seq - 1);
    }
    for (const publication of missing) {
      if (publication.position.seq === place.last + 1) {
        this.advance(place, publication);
      }
    }
    if (place.held.size > 0) {
      const waitMs = place.last > before || place.last < since ? 0 : RETRY_MS;
      setTimeout(() => void this.repair(log, place), waitMs).unref();
    } else {
      place.isRepairing = false;
    }
  }

  private begin(log: string, seq: number): Place {
    this.makeRoom();
    const place = { last: seq, hasDelivered: false, held: new Map(), isRepairing: false };
    this.places.set(log, place);
    return place;
  }

  /** Keeps the quiet ones in front. */
  private touch(log: string, place: Place): void {
    this.places.delete(log);
    this.places.set(log, place);
  }

  /** A log that goes starts at whatever comes next, like after a restart: only those that nobody here has joined. */
  private makeRoom(): void {
    if (this.places.size < MAX_PLACES) {
      return;
    }
    let looks = 0;
    for (const [log, { held }] of this.places) {
      if (held.size === 0 && !this.logs.isFollowed(log)) {
        this.places.delete(log);
        return;
      }
      looks += 1;
      if (looks === MAX_LOOKS) {
        return;
      }
    }
  }
}
