import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EnvDto } from './env.dto.js';

/** A default as text; no default is the empty text, lists are joined by commas. */
const text = (value: string | number | boolean | string[] | undefined): string =>
  Array.isArray(value) ? value.join(',') : String(value ?? '');

/** `NAME` and its default, in the order of the class. */
const declared: readonly (readonly [string, string])[] = Object.entries(new EnvDto()).map(([name, value]) => [
  name,
  text(value as EnvDto[keyof EnvDto]),
]);

const linesOf = (path: string): string[] =>
  readFileSync(new URL(`../${path}`, import.meta.url), 'utf8').split(/\r?\n/);

describe('the written list of variables', () => {
  it('knows every variable of the environment', () => {
    expect(declared.length).toBeGreaterThan(40);
    expect(declared).toContainEqual(['PORT', '3000']);
  });

  it('in .env.example holds each one with its default, in the same order, all switched off', () => {
    const listed = linesOf('.env.example').flatMap((line) => {
      const match = /^#? ?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
      return match === null ? [] : [{ line, pair: [match[1], match[2]] }];
    });
    expect(listed.map(({ pair }) => pair)).toEqual(declared);
    expect(listed.map(({ line }) => line).filter((line) => !line.startsWith('# '))).toEqual([]);
  });

  it('in docs/configuration.md holds each one with its default, in the same order', () => {
    const rows = linesOf('docs/configuration.md').flatMap((line) => {
      const match = /^\| `([A-Z][A-Z0-9_]*)` +\| (?:`([^`]*)`|–) +\|/.exec(line);
      return match === null ? [] : [[match[1], match[2] ?? '']];
    });
    expect(rows).toEqual(declared);
  });
});
