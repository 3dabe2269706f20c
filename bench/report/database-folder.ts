import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { code } from './format.js';

/** Where the databases of measurements are, in Markdown, and what that is on: memory has no fsync worth the name. */
export function databaseFolder(): string {
  const folder = tmpdir();
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, point = '']) => `${folder}/`.startsWith(point.endsWith('/') ? point : `${point}/`))
      .toSorted(([, one = ''], [, two = '']) => two.length - one.length);
    const [device, , type] = mounts[0] ?? [];
    return type === 'tmpfs'
      ? `${code(folder)} (tmpfs: **memory, not a disk**)`
      : `${code(folder)} (${type} on ${device})`;
  } catch {
    return code(folder);
  }
}
