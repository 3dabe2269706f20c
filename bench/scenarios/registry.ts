import { broadcastScenario } from './broadcast.scenario.js';
import { chatRoomScenario } from './chat-room.scenario.js';
import { chatScenario } from './chat.scenario.js';
import { quotesScenario } from './quotes.scenario.js';
import { restPublishScenario } from './rest-publish.scenario.js';
import { curveScenario } from './curve.scenario.js';
import { idleMemoryScenario } from './idle-memory.scenario.js';
import { upgradesScenario } from './upgrades.scenario.js';
import type { Scenario } from './scenario.js';
import { slowConsumersScenario } from './slow-consumers.scenario.js';
import { unicastScenario } from './unicast.scenario.js';

/** All scenarios, in the order they run. */
export const SCENARIOS: readonly Scenario[] = [
  broadcastScenario,
  quotesScenario,
  slowConsumersScenario,
  unicastScenario,
  restPublishScenario,
  curveScenario,
  idleMemoryScenario,
  upgradesScenario,
  chatScenario,
  chatRoomScenario,
];

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) {
    throw new RangeError(`No scenario ${name}; there are ${SCENARIOS.map((known) => known.name).join(', ')}`);
  }
  return scenario;
}
