// Module hooks of Node: a relative `./x.js` that is not there means `./x.ts`, compiled as jest.config.mjs says.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  return nextResolve(sourceOf(specifier, context.parentURL) ?? specifier, context);
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) {
    return nextLoad(url, context);
  }
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), {
    filename,
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}

function sourceOf(specifier, parentUrl) {
  if (!/^(?:\.{1,2}\/|file:).*\.js$/.test(specifier)) {
    return undefined;
  }
  const url = new URL(specifier, parentUrl);
  const source = new URL(url.href.replace(/js$/, 'ts'));
  return existsSync(url) || !existsSync(source) ? undefined : source.href;
}
