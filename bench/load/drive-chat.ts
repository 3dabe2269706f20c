import type { DriveContext, Measurement } from '../scenarios/scenario.js';
import { deliveryPattern } from './bench-message.js';
import { ChatCrowd } from './chat-crowd.js';
import { connectClients } from './connect-clients.js';
import { measureCpu } from './measure-cpu.js';
import { probeDiskMs } from './probe-disk.js';

/** All clients are in one room; what only reads is `clients` - `senders`. */
export interface ChatSize {
  readonly clients: number;
  readonly senders: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

export type ChatMetric =
  | 'messagesPerSecond'
  | 'messagesPerCpuSecond'
  | 'deliveriesPerCpuSecond'
  | 'deliveriesPerSecond'
  | 'ackP50Ms'
  | 'ackP99Ms'
  | 'ackMaxMs'
  | 'deliveredShare'
  | 'diskMs'
  | 'serverCpuShare'
  | 'storeCpuShare'
  | 'loadCpuShare'
  | 'othersCpuShare';

/** Sends into a room for a while, checks every delivery and, at the end, the whole log of the room. */
export async function driveChat(
  { peer, port, sampleServer }: DriveContext,
  { clients: size, senders, warmUpMs, measuredMs }: ChatSize,
): Promise<Measurement<ChatMetric>> {
  const diskMs = probeDiskMs();
  const crowd = new ChatCrowd(size, senders);
  const clients = await connectClients(size, {
    peer,
    port,
    listener: crowd,
    pattern: deliveryPattern(peer.dialect),
  });
  await crowd.join(clients);
  await crowd.run(warmUpMs);
  const { acked, delivered, due, ackingMs, cpu } = await measureCpu(sampleServer, () =>
    crowd.run(measuredMs),
  );
  await crowd.checkLog();
  clients.forEach((client) => {
    client.end();
  });
  return {
    metrics: {
      messagesPerSecond: (acked / ackingMs) * 1000,
      messagesPerCpuSecond: (acked / cpu.serverMs) * 1000,
      deliveriesPerCpuSecond: (delivered / cpu.serverMs) * 1000,
      deliveriesPerSecond: (delivered / cpu.elapsedMs) * 1000,
      ackP50Ms: crowd.latency.percentileMs(0.5),
      ackP99Ms: crowd.latency.percentileMs(0.99),
      ackMaxMs: crowd.latency.maxMs,
      deliveredShare: delivered / due,
      diskMs,
      serverCpuShare: cpu.serverMs / cpu.elapsedMs,
      storeCpuShare: cpu.storeMs / cpu.elapsedMs,
      loadCpuShare: cpu.loadMs / cpu.elapsedMs,
      othersCpuShare: cpu.othersShare,
    },
    faults: crowd.ledger.faults,
  };
}
