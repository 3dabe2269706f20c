import type { DriveContext } from '../scenarios/scenario.js';
import { LOOPBACK } from './loopback-socket.js';

/** What a server has counted since it started. */
export interface FlushCounts {
  readonly deliveries: number;
  readonly flushes: number;
}

/** Undefined: the peer counts none, as it joins none. */
export async function readFlushes({ peer, port }: DriveContext): Promise<FlushCounts | undefined> {
  const { flushCounters } = peer;
  if (flushCounters === undefined) {
    return undefined;
  }
  const response = await fetch(`http://${LOOPBACK}:${port}${flushCounters.path}`);
  const text = await response.text();
  return {
    deliveries: counterIn(text, flushCounters.deliveries),
    flushes: counterIn(text, flushCounters.flushes),
  };
}

/** How many deliveries one write to a socket held, on average. */
export function messagesPerFlush(before: FlushCounts | undefined, after: FlushCounts | undefined): number {
  return before === undefined || after === undefined
    ? 1
    : (after.deliveries - before.deliveries) / (after.flushes - before.flushes);
}

function counterIn(text: string, name: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) {
    throw new Error(`The server has no counter ${name}`);
  }
  return Number(line.slice(name.length + 1));
}
