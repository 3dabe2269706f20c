import type { Peer } from '../peers/peer.js';
import type { ScenarioCase } from './scenario.js';

/** Those of `peers` that a case is measured with. */
export function peersOfCase({ peers: wanted }: ScenarioCase, peers: readonly Peer[]): readonly Peer[] {
  return peers.filter((peer) => wanted?.includes(peer) ?? true);
}
