import type { Peer } from '../peers/peer.js';
import { peersOfCase } from '../scenarios/peers-of-case.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Stores } from '../stores/stores.js';
import { NOT_PINNED, type Pinning } from './pinning.js';
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
  stores: Stores,
  report: (trial: Trial) => void,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  const ownPinning = scenario.isPinned === false ? NOT_PINNED : pinning;
  for (const measuredCase of scenario.cases) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of peersOfCase(measuredCase, peers)) {
        const trial = await runTrial(scenario, measuredCase, peer, round, ownPinning, stores);
        report(trial);
        trials.push(trial);
      }
    }
  }
  return trials;
}
