import type { Peer } from '../peers/peer.js';
import type { Trial } from '../runner/trial.js';
import type { Scenario, ScenarioCase } from '../scenarios/scenario.js';
import { ratio } from './format.js';
import { type CaseResults, caseTable, tableOfCases } from './results-table.js';
import { median } from './statistics.js';
import { TrialsOfCase } from './trials-of-case.js';

/** A scenario's results in Markdown: how it was measured, then one table a case or one of all cases. */
export function scenarioReport(scenario: Scenario, peers: readonly Peer[], trials: readonly Trial[]): string {
  const cases = scenario.cases.map((measuredCase) => ({
    measuredCase,
    trials: new TrialsOfCase(trials.filter((trial) => trial.case === measuredCase.name)),
  }));
  const sections =
    scenario.isOneTable === true
      ? [tableOfCases(scenario, peers, cases), ...cases.map((results) => verdicts(scenario, results))]
      : cases.flatMap((results) => [
          `#### ${results.measuredCase.title}`,
          caseTable(scenario, peers, results),
          verdicts(scenario, results),
        ]);
  const blocks = [`### ${scenario.title}`, ...scenario.describe(peers), ...sections, faultList(trials)];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function verdicts(scenario: Scenario, { measuredCase, trials }: CaseResults): string {
  return [...barLines(scenario, measuredCase, trials), ...ceilingLines(measuredCase, trials)].join('\n');
}

function barLines({ primary }: Scenario, { bars }: ScenarioCase, trials: TrialsOfCase): string[] {
  return bars.flatMap((bar) => {
    const { peer, over, column = primary } = bar;
    const value = trials.ratioOf(peer, over, column.metric);
    if (Number.isNaN(value)) {
      return [];
    }
    const [isMet, limit] =
      'atLeast' in bar
        ? [value >= bar.atLeast, `at least ${ratio(bar.atLeast)}`]
        : [value <= bar.atMost, `at most ${ratio(bar.atMost)}`];
    const what = column === primary ? '' : `, ${column.title}`;
    return [`- ${peer.title} over ${over.title}${what}: ${ratio(value)}, bar ${limit}, ${verdict(isMet)}`];
  });
}

function ceilingLines({ ceilings = [] }: ScenarioCase, trials: TrialsOfCase): string[] {
  return ceilings.flatMap(({ peer, column, atMost }) => {
    const values = trials.valuesOf(peer, column.metric);
    if (values.length === 0) {
      return [];
    }
    const value = (column.summarize ?? median)(values);
    const limit = `at most ${column.format(atMost)}`;
    return [
      `- ${peer.title}, ${column.title}: ${column.format(value)}, bar ${limit}, ${verdict(value <= atMost)}`,
    ];
  });
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}

function faultList(trials: readonly Trial[]): string {
  return trials
    .flatMap((trial) =>
      trial.faults.map(
        (fault) => `- **fault** in ${trial.case}, ${trial.peer}, round ${trial.round}: ${fault}`,
      ),
    )
    .join('\n');
}
