import type { Peer } from '../peers/peer.js';
import { peersOfCase } from '../scenarios/peers-of-case.js';
import type { Column, Scenario, ScenarioCase } from '../scenarios/scenario.js';
import { ratio } from './format.js';
import { markdownTable } from './markdown-table.js';
import { median } from './statistics.js';
import type { TrialsOfCase } from './trials-of-case.js';

const NOT_MEASURED = '–';

/** A case and its trials. */
export interface CaseResults {
  readonly measuredCase: ScenarioCase;
  readonly trials: TrialsOfCase;
}

/** A row a peer. */
export function caseTable(scenario: Scenario, peers: readonly Peer[], results: CaseResults): string {
  return markdownTable(headOf(scenario), rowsOf(scenario, peers, results));
}

/** A row a case and peer. */
export function tableOfCases(
  scenario: Scenario,
  peers: readonly Peer[],
  cases: readonly CaseResults[],
): string {
  const rows = cases.flatMap((results) =>
    rowsOf(scenario, peers, results).map((row) => [results.measuredCase.title, ...row]),
  );
  return markdownTable(['case', ...headOf(scenario)], rows);
}

function headOf({ primary, baselines, columns }: Scenario): string[] {
  return [
    'peer',
    primary.title,
    'min–max',
    ...baselines.map(({ title }) => `× ${title}`),
    ...columns.map(({ title }) => title),
  ];
}

function rowsOf(
  { primary, baselines, columns }: Scenario,
  peers: readonly Peer[],
  { measuredCase, trials }: CaseResults,
): string[][] {
  return peersOfCase(measuredCase, peers).map((peer) => {
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
}

function cell(column: Column, values: readonly number[]): string {
  return values.length === 0 ? NOT_MEASURED : column.format((column.summarize ?? median)(values));
}

function ratioCell(value: number): string {
  return Number.isNaN(value) ? NOT_MEASURED : ratio(value);
}
