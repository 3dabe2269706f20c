import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonLogger } from './json-logger.js';

let lines: string[];
let logger: JsonLogger;
beforeEach(() => {
  lines = [];
  logger = new JsonLogger('info', { write: (line: string) => lines.push(line) });
});

const only = (): Record<string, unknown> => {
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
};

describe('JSON logger', () => {
  it('writes one line with the context that Nest appends', () => {
    logger.log('listening', 'Gateway');
    expect(only()).toMatchObject({ service: 'tidegate', level: 30, msg: 'listening', context: 'Gateway' });
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
  });

  it('keeps the stack apart from the context', () => {
    logger.error('failed', 'at somewhere', 'Commands');
    expect(only()).toMatchObject({ level: 50, msg: 'failed', stack: 'at somewhere', context: 'Commands' });
  });

  it('takes an error as it is', () => {
    logger.error(new TypeError('no'), 'Commands');
    expect(only()).toMatchObject({
      msg: 'no',
      context: 'Commands',
      stack: expect.stringContaining('TypeError: no'),
    });
  });

  it('takes an object as fields', () => {
    logger.warn({ reason: 'origin', count: 3 }, 'Upgrades');
    expect(only()).toMatchObject({ level: 40, reason: 'origin', count: 3, context: 'Upgrades' });
  });

  it.each(['a\nb', 'a\r\n{"level":60}', '\u001b[31mred', '"}\n{"msg":"forged'])(
    'lets no text forge a line: %p',
    (text) => {
      logger.log(text, text);
      expect(lines[0]?.indexOf('\n')).toBe(lines[0]!.length - 1);
      expect(lines[0]).not.toContain('\u001b');
      expect(only()).toMatchObject({ msg: text, context: text });
    },
  );

  it('bounds the length of a field', () => {
    logger.error('x'.repeat(10_000), 'y'.repeat(10_000), 'z'.repeat(10_000));
    const { msg, stack, context } = only();
    expect([msg, stack, context].map((field) => String(field).length)).toEqual([2049, 2049, 2049]);
  });

  it('writes nothing below its level', () => {
    logger.debug('x');
    logger.verbose('x');
    expect(lines).toEqual([]);
    logger.fatal('x');
    expect(only()).toMatchObject({ level: 60 });
  });
});
