import type { DriveContext } from '../scenarios/scenario.js';
import { benchMessage, deliveryPattern } from './bench-message.js';
import { connectClients } from './connect-clients.js';
import { messagesPerFlush, readFlushes } from './flush-counts.js';
import type { LatencyHistogram } from './latency-histogram.js';
import { type CpuUse, measureCpu } from './measure-cpu.js';
import { type PhaseLimits, type PhaseResult, PublishWindow } from './publish-window.js';
import { RawClient } from './raw-client.js';

/** One publisher, whose messages reach all subscribers. */
export interface BroadcastSize {
  readonly subscribers: number;
  /** Messages on their way at once. */
  readonly windowMessages: number;
  readonly messageBytes: number;
  readonly warmUp: PhaseLimits;
  readonly measured: PhaseLimits;
}

/** Of the measured phase. */
export interface BroadcastResult extends PhaseResult {
  /** Deliveries that the published messages make. */
  readonly due: number;
  /** From publish to read. */
  readonly latency: LatencyHistogram;
  readonly messagesPerFlush: number;
  readonly cpu: CpuUse;
  readonly faults: readonly string[];
}

/** Runs a broadcast in a closed loop: warm-up, then the measured phase. */
export async function driveBroadcast(context: DriveContext, size: BroadcastSize): Promise<BroadcastResult> {
  const { peer, port, sampleServer } = context;
  const { subscribers: receivers, windowMessages, messageBytes, warmUp, measured } = size;
  const window = new PublishWindow(receivers, windowMessages, (sequence) =>
    peer.dialect.publish(benchMessage(sequence, messageBytes)),
  );
  const setup = { peer, port, listener: window, pattern: deliveryPattern(peer.dialect, messageBytes) };
  const subscribers = await connectClients(receivers, setup);
  const publisher = new RawClient(receivers, setup);
  await publisher.ready;
  await window.run(publisher, warmUp);

  const flushesBefore = await readFlushes(context);
  const result = await measureCpu(sampleServer, () => window.run(publisher, measured));
  const flushesAfter = await readFlushes(context);
  [...subscribers, publisher].forEach((client) => {
    client.end();
  });

  const { published, delivered } = result;
  const due = published * receivers;
  const loss = delivered === due ? [] : [`${delivered} of ${due} deliveries arrived`];
  return {
    ...result,
    due,
    latency: window.latency,
    messagesPerFlush: messagesPerFlush(flushesBefore, flushesAfter),
    faults: [...loss, ...window.faults],
  };
}
