import type { Peer } from '../peers/peer.js';
import type { Trial } from '../runner/trial.js';
import { count } from './format.js';
import { type Line, linePlot } from './line-plot.js';
import { TrialsOfCase } from './trials-of-case.js';

/** One point of a curve. */
interface CurvePoint {
  /** Of its case. */
  readonly name: string;
  readonly connections: number;
  readonly windowMessages: number;
}

/** Told apart by all readers, whatever colours they see (Okabe and Ito), and dark enough for text on white. */
const COLORS = ['#0072b2', '#d55e00', '#00795a', '#a8437f'];

/** CPU per delivery over the messages outstanding: a line a connection count, the first peer's solid, others dashed. */
export function curvePlot(
  points: readonly CurvePoint[],
  peers: readonly Peer[],
  trials: readonly Trial[],
): string {
  const connectionCounts = [...new Set(points.map(({ connections }) => connections))];
  const lines = peers.flatMap((peer, peerIndex) =>
    connectionCounts.map((connections, index): Line => ({
      label: `${plainTitle(peer)}, ${count(connections)}`,
      color: COLORS[index % COLORS.length]!,
      isDashed: peerIndex > 0,
      points: points
        .filter((point) => point.connections === connections)
        .map(({ name, windowMessages }) => ({
          x: windowMessages,
          values: new TrialsOfCase(trials.filter((trial) => trial.case === name)).valuesOf(
            peer,
            'cpuMicrosPerDelivery',
          ),
        }))
        .filter(({ values }) => values.length > 0),
    })),
  );
  return linePlot({
    title: 'Server CPU per delivery, by number of connections',
    xTitle: 'messages outstanding, which Tidegate joins into one flush',
    yTitle: 'CPU µs per delivery',
    lines: lines.filter((line) => line.points.length > 0),
  });
}

/** Without its Markdown. */
function plainTitle({ title }: Peer): string {
  return title.replaceAll(/[*`]/g, '');
}
