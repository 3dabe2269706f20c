import type { SystemSample } from '../ipc/methods.js';
import type { Peer } from '../peers/peer.js';
import type { Trial } from '../runner/trial.js';

/**
 * One workload. Every case is measured with every peer, each time in a new server and a new load process. `drive` runs
 * in the load process, all else in the runner.
 */
export interface Scenario<Metric extends string = string, Case extends ScenarioCase = ScenarioCase> {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  readonly peers: readonly Peer[];
  readonly cases: readonly Case[];
  /** What peers are compared by. */
  readonly primary: Column<Metric>;
  /** The peers that all are set in relation to. */
  readonly baselines: readonly Peer[];
  /** What else the table shows. */
  readonly columns: readonly Column<Metric>[];
  /** False: the scheduler places the processes, where a server has threads or a database beside it. Default: true. */
  readonly isPinned?: boolean;
  /** True: one table with a row a case and peer, where cases are many. Default: a table a case. */
  readonly isOneTable?: boolean;
  /** Longest time of one measurement, start and connecting included. */
  readonly hardTimeoutMs: number;
  drive(context: DriveContext, measuredCase: Case): Promise<Measurement<Metric>>;
  /** Markdown blocks: what a reader must know to judge the figures. */
  describe(peers: readonly Peer[]): readonly string[];
  /** The results as a picture: the text of an SVG file. */
  readonly plot?: (peers: readonly Peer[], trials: readonly Trial[]) => string;
}

export interface ScenarioCase {
  readonly name: string;
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Default: all of the scenario. */
  readonly peers?: readonly Peer[];
  /** Default: none. */
  readonly ceilings?: readonly Ceiling[];
}

/** A ratio that the product promises. Shown, never enforced: machines are noisy. */
export type Bar = {
  readonly peer: Peer;
  readonly over: Peer;
  /** Default: the primary metric. */
  readonly column?: Column;
} & ({ readonly atLeast: number } | { readonly atMost: number });

/** A highest value that the product promises. Shown, never enforced. */
interface Ceiling {
  readonly peer: Peer;
  readonly column: Column;
  readonly atMost: number;
}

export interface Column<Metric extends string = string> {
  readonly metric: Metric;
  readonly title: string;
  readonly format: (value: number) => string;
  /** One value for all rounds. Default: the median. */
  readonly summarize?: (values: readonly number[]) => number;
}

export interface DriveContext {
  readonly peer: Peer;
  readonly port: number;
  /** Asks for CPU time and memory of the server. */
  readonly sampleServer: () => Promise<SystemSample>;
  readonly collectServerGarbage: () => Promise<void>;
  /** From here on samples hold no delay of the event loop, and an idle server is idle. */
  readonly stopServerDelayWatch: () => Promise<void>;
  /** TCP connections that the server holds. */
  readonly countServerConnections: () => Promise<number>;
}

export interface Measurement<Metric extends string = string> {
  readonly metrics: Readonly<Record<Metric, number>>;
  /** Anything that must not happen, such as a lost delivery. One fault fails the bench. */
  readonly faults: readonly string[];
}
