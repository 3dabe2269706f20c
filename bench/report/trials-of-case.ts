import type { Peer } from '../peers/peer.js';
import type { Trial } from '../runner/trial.js';
import { median } from './statistics.js';

/** The trials of one case, as its table asks for them. Trials that measured nothing are left out. */
export class TrialsOfCase {
  constructor(private readonly trials: readonly Trial[]) {}

  valuesOf(peer: Peer, metric: string): number[] {
    return this.trials
      .filter((trial) => trial.peer === peer.name)
      .map((trial) => trial.metrics[metric])
      .filter((value) => value !== undefined);
  }

  /** Median of the ratios within each round. NaN when no round has both. */
  ratioOf(peer: Peer, over: Peer, metric: string): number {
    const ratios = this.trials
      .filter((trial) => trial.peer === peer.name)
      .map((trial) => {
        const other = this.trials.find(
          ({ peer: name, round }) => name === over.name && round === trial.round,
        );
        return (trial.metrics[metric] ?? NaN) / (other?.metrics[metric] ?? NaN);
      });
    return median(ratios.filter((value) => !Number.isNaN(value)));
  }
}
