import type { Peer } from '../peers/peer.js';
import type { Trial } from '../runner/trial.js';
import type { Column, Scenario, ScenarioCase } from '../scenarios/scenario.js';
import { ratio } from './format.js';
import { markdownTable } from './markdown-table.js';
import { median } from './statistics.js';
import { TrialsOfCase } from './trials-of-case.js';

const NOT_MEASURED = '–';

/** A scenario's results in Markdown: how it was measured, then one table a case. */
export function scenarioReport(scenario: Scenario, peers: readonly Peer[], trials: readonly Trial[]): string {
  const cases = scenario.cases.flatMap((measuredCase) => {
    const trialsOfCase = new TrialsOfCase(trials.filter((trial) => trial.case === measuredCase.name));
    return [
      `#### ${measuredCase.title}`,
      caseTable(scenario, peers, trialsOfCase),
      [...barLines(scenario, measuredCase, trialsOfCase), ...ceilingLines(measuredCase, trialsOfCase)].join(
        '\n',
      ),
    ];
  });
  const blocks = [`### ${scenario.title}`, ...scenario.describe(peers), ...cases, faultList(trials)];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function caseTable(scenario: Scenario, peers: readonly Peer[], trials: TrialsOfCase): string {
  const { primary, baselines, columns } = scenario;
  const head = [
    'peer',
    primary.title,
    'min–max',
    ...baselines.map(({ title }) => `× ${title}`),
    ...columns.map(({ title }) => title),
  ];
  const rows = peers.map((peer) => {
    const values = trials.valuesOf(peer, primary.metric);
    return [
      peer.title,
      cell(primary, values),
      values.length === 0
        ? NOT_MEASURED
        : `${primary.format(Math.min(...values))}–${primary.format(Math.max(...values))}`,
      ...baselines.map((baseline) => ratioCell(trials.ratioOf(peer, baseline, primary.metric))),
      ...columns.map((column) => cell(column, trials.valuesOf(peer, column.metric))),
    ];
  });
  return markdownTable(head, rows);
}

function cell(column: Column, values: readonly number[]): string {
  return values.length === 0 ? NOT_MEASURED : column.format((column.summarize ?? median)(values));
}

function ratioCell(value: number): string {
  return Number.isNaN(value) ? NOT_MEASURED : ratio(value);
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
