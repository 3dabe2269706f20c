import { writeFileSync } from 'node:fs';
import { type Options, parseOptions, USAGE } from './options.js';
import { describeMachine, machineReport } from './report/machine.js';
import { scenarioReport } from './report/scenario-report.js';
import { choosePinning, NOT_PINNED } from './runner/pinning.js';
import { runScenario } from './runner/run-scenario.js';
import type { Trial } from './runner/trial.js';
import type { Scenario } from './scenarios/scenario.js';
import { Stores } from './stores/stores.js';

/** Prints the report on standard output, progress on standard error. Exit code 1: a measurement had a fault; 2: bad usage. */
async function main({ scenarios, rounds, peers: names, jsonFile, plotFile }: Options): Promise<number> {
  const stores = new Stores();
  const wantedOf = (scenario: Scenario) => scenario.peers.filter(({ name }) => names?.includes(name) ?? true);
  const peersOf = (scenario: Scenario) =>
    wantedOf(scenario).filter((peer) => stores.skipReasonOf(peer) === undefined);
  const pinning = scenarios.every(({ isPinned }) => isPinned === false) ? NOT_PINNED : choosePinning();
  const machine = describeMachine(scenarios.flatMap(peersOf));
  console.log(`${machineReport(machine, pinning.description, rounds)}\n`);

  const trials: Trial[] = [];
  for (const scenario of scenarios.filter((candidate) => wantedOf(candidate).length > 0)) {
    const peers = peersOf(scenario);
    const results = await runScenario(scenario, peers, rounds, pinning, stores, (trial) => {
      reportProgress(scenario, trial);
    });
    console.log(`${scenarioReport(scenario, peers, results)}\n`);
    for (const skipped of wantedOf(scenario).filter((peer) => !peers.includes(peer))) {
      console.log(`- ${skipped.title} **skipped**: ${stores.skipReasonOf(skipped)}\n`);
    }
    if (plotFile !== undefined && scenario.plot !== undefined) {
      writeFileSync(plotFile, scenario.plot(peers, results));
    }
    trials.push(...results);
  }
  await stores.close();
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ machine, pinning, rounds, trials }, undefined, 2)}\n`);
  }
  return trials.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

function reportProgress({ primary }: Scenario, trial: Trial): void {
  const value = trial.metrics[primary.metric];
  const result = value === undefined ? 'no result' : `${primary.format(value)} ${primary.title}`;
  console.error(
    [`${trial.case} round ${trial.round} ${trial.peer}: ${result}`, ...trial.faults].join('\n  fault: '),
  );
}

let options: Options | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
}
process.exitCode = options === undefined ? 2 : await main(options);
