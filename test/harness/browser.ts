import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env['CHROMIUM'], ...candidates].filter((path) => path !== undefined).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = findChromium();

/** Headless Chromium, without the background traffic of a real user's. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** `describe` for tests that need Chromium. Without one they are skipped with a visible line, or fail where CI asks. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (executablePath !== undefined) {
    describe(name, tests);
    return;
  }
  const need = `"${name}" needs Chromium; install it or set CHROMIUM to its path`;
  if (process.env['REQUIRE_SERVICES'] === '1') {
    it(name, () => {
      throw new Error(need);
    });
    return;
  }
  process.stderr.write(`SKIPPED: ${need}\n`);
  describe.skip(`${name} (skipped: no Chromium)`, tests);
}
