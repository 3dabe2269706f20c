import type { ChatMetric } from '../load/drive-chat.js';
import type { Column } from '../scenarios/scenario.js';
import { count, exactPercent, milliseconds, percent } from './format.js';

/** What the tables of the chat scenarios show beside their primary metric. */
export const ACK_P99: Column<ChatMetric> = { metric: 'ackP99Ms', title: 'ack p99 ms', format: milliseconds };

export const ACK_COLUMNS: readonly Column<ChatMetric>[] = [
  { metric: 'ackP50Ms', title: 'ack p50 ms', format: milliseconds },
  ACK_P99,
  { metric: 'ackMaxMs', title: 'max ms', format: milliseconds, summarize: (values) => Math.max(...values) },
];

export const DELIVERED: Column<ChatMetric> = {
  metric: 'deliveredShare',
  title: 'delivered',
  format: exactPercent,
  summarize: (values) => Math.min(...values),
};

export const DELIVERIES_PER_SECOND: Column<ChatMetric> = {
  metric: 'deliveriesPerSecond',
  title: 'deliveries/s',
  format: count,
};

export const MACHINE_COLUMNS: readonly Column<ChatMetric>[] = [
  { metric: 'diskMs', title: 'fsync ms', format: milliseconds },
  { metric: 'serverCpuShare', title: 'server CPU', format: percent },
  { metric: 'storeCpuShare', title: 'database CPU', format: percent },
  { metric: 'loadCpuShare', title: 'load CPU', format: percent },
  { metric: 'othersCpuShare', title: 'others', format: percent },
];
