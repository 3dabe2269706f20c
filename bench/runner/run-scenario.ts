import type { Peer } from '../peers/peer.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Pinning } from './pinning.js';
import { runTrial, type Trial } from './trial.js';

/**
 * All rounds of a scenario. Peers take turns within a round (A B C D, A B C D, ...): a machine that slows down for a
 * while slows all of them, and ratios are computed within a round.
 */
export async function runScenario(
  scenario: Scenario,
  peers: readonly Peer[],
  rounds: number,
  pinning: Pinning,
  report: (trial: Trial) => void,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const measuredCase of scenario.cases) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of peers) {
        const trial = await runTrial(scenario, measuredCase, peer, round, pinning);
        report(trial);
        trials.push(trial);
      }
    }
  }
  return trials;
}
