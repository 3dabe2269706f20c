import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem, type as systemType } from 'node:os';
import { join } from 'node:path';
import type { Peer } from '../peers/peer.js';

const GIB = 2 ** 30;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  /** Before the bench: a busy machine measures its neighbours too. */
  readonly loadAverage: number;
}

export function describeMachine(peers: readonly Peer[]): Machine {
  const names = [...new Set(peers.flatMap((peer) => peer.packages))].toSorted();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / GIB),
    system: `${systemType()} ${release()}`,
    node: process.version,
    packages: Object.fromEntries(names.map((name) => [name, installedVersion(name)])),
    loadAverage: loadavg()[0] ?? 0,
  };
}

export function machineReport(machine: Machine, pinning: string, rounds: number): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}, load average ${machine.loadAverage.toFixed(2)} before the run`,
    `- Node ${machine.node}; ${packages.join(', ')}`,
    `- Processes: ${pinning}; loopback only`,
    `- Figures: medians of ${rounds} round${rounds === 1 ? '' : 's'}; ratios are medians of the ratios within each round`,
  ].join('\n');
}

/** Looked up by hand: not every package exports its package.json. */
function installedVersion(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path));
  if (file === undefined) {
    return 'not installed';
  }
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
