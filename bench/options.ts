import { parseArgs } from 'node:util';
import { SCENARIOS, scenarioNamed } from './scenarios/registry.js';
import type { Scenario } from './scenarios/scenario.js';

const DEFAULT_ROUNDS = '5';
const PLOTTED = SCENARIOS.filter(({ plot }) => plot !== undefined).map(({ name }) => name);

export const USAGE = `npm run bench -- [--only <scenario>] [--runs <n>] [--peers <name,name>] [--json <file>] [--plot <file>]

  --only   one scenario: ${SCENARIOS.map(({ name }) => name).join(', ')} (default: all)
  --runs   rounds; every peer is measured once a round (default: ${DEFAULT_ROUNDS})
  --peers  only these (default: all of the scenario)
  --json   also write every single measurement to this file
  --plot   also draw the results to this SVG file, of one of ${PLOTTED.join(', ')}`;

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** Undefined: all. */
  readonly peers: readonly string[] | undefined;
  readonly jsonFile: string | undefined;
  readonly plotFile: string | undefined;
}

/** Throws with a text for the user. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: DEFAULT_ROUNDS },
      peers: { type: 'string' },
      json: { type: 'string' },
      plot: { type: 'string' },
    },
  });
  if (!/^[1-9]\d?$/.test(values.runs)) {
    throw new RangeError('--runs must be 1 to 99');
  }
  const scenarios = values.only === undefined ? SCENARIOS : [scenarioNamed(values.only)];
  if (values.plot !== undefined && (scenarios.length !== 1 || scenarios[0]?.plot === undefined)) {
    throw new RangeError(`--plot needs a scenario that has one: ${PLOTTED.join(', ')}`);
  }
  const peers = values.peers?.split(',');
  const known = new Set(scenarios.flatMap((scenario) => scenario.peers.map(({ name }) => name)));
  const unknown = peers?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new RangeError(`No peer ${unknown}; there are ${[...known].join(', ')}`);
  }
  return {
    scenarios,
    rounds: Number(values.runs),
    peers,
    jsonFile: values.json,
    plotFile: values.plot,
  };
}
