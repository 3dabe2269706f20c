import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { FakeClock } from '../../test/harness/fake.clock.js';
import { RefusalLog } from './refusal-log.js';

let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => lines.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
});

it('writes one line in ten seconds for each reason, and then how many it kept back', () => {
  const clock = new FakeClock();
  const log = new RefusalLog(clock);
  log.warn('upgrade refused', 'origin', '192.0.2.1');
  log.warn('upgrade refused', 'origin', '192.0.2.2');
  log.warn('upgrade refused', 'origin', '192.0.2.3');
  log.warn('upgrade refused', 'path', '192.0.2.4');
  clock.advance(10_000);
  log.warn('upgrade refused', 'origin', '192.0.2.5');
  expect(lines).toEqual([
    'upgrade refused origin: 192.0.2.1',
    'upgrade refused path: 192.0.2.4',
    'upgrade refused origin: 192.0.2.5 (and 2 more since)',
  ]);
});
