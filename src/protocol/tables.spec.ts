import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CLOSE_REASONS, type CloseReason } from './close-codes.js';
import { REPLY_ERRORS, replyErrorData } from './reply-errors.js';

const closeReasons: readonly CloseReason[] = Object.values(CLOSE_REASONS);

/** Codes below 4000 that a server may send for a reason of ours (RFC 6455 section 7.4.1, IANA's registry). */
const REGISTERED = new Set([1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 3000, 3003, 3008]);

const documentation = (): string[] =>
  readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8').split(/\r?\n/);

describe('the table of close codes', () => {
  it('labels every reason once, with a word that fits a metric', () => {
    const labels = closeReasons.map(({ reason }) => reason);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels.filter((label) => !/^[a-z][a-z0-9_]*$/.test(label))).toEqual([]);
  });

  it('holds only codes that may travel in a close frame', () => {
    const illegal = closeReasons.filter(({ code }) => !REGISTERED.has(code) && (code < 4000 || code > 4999));
    expect(illegal).toEqual([]);
  });

  it('keeps every reason within the 123 bytes of a control frame', () => {
    // RFC 6455 section 5.5: 125 bytes, two of them for the code.
    expect(closeReasons.filter(({ reason }) => Buffer.byteLength(reason) > 123)).toEqual([]);
  });

  it('lets nobody come back who would only be refused again', () => {
    const { protocol, binary, tooBig, subjectChanged, disconnected, drain, tokenExpired } = CLOSE_REASONS;
    for (const { reconnect } of [protocol, binary, tooBig, subjectChanged, disconnected]) {
      expect(reconnect).toBe('no');
    }
    expect([drain.reconnect, tokenExpired.reconnect]).toEqual(['backoff', 'with a new token']);
  });
});

describe('the table of reply errors', () => {
  it('gives every code a sentence and says whether to try again', () => {
    for (const [code, row] of Object.entries(REPLY_ERRORS)) {
      expect(code).toMatch(/^[a-z][a-z_]*$/);
      expect(row).toEqual({ message: expect.stringMatching(/^[A-Z].*\.$/), retryable: expect.any(Boolean) });
    }
  });

  it('is what a refusal is made of', () => {
    expect(replyErrorData('rate_limited', { retryAfterMs: 40 })).toEqual({
      code: 'rate_limited',
      ...REPLY_ERRORS.rate_limited,
      retryAfterMs: 40,
    });
  });
});

/** Rows of a Markdown table as their cells, without the quotes around code. */
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));

describe('docs/protocol.md', () => {
  it('holds a row for each reply error and no other, and says whether to try again', () => {
    const lines = documentation();
    const at = lines.findIndex((line) => /^\| `bad_json` +\|/.test(line));
    const isRow = (line: string | undefined): boolean => line?.startsWith('| `') === true;
    let [start, end] = [at, at];
    while (isRow(lines[start - 1])) {
      start -= 1;
    }
    while (isRow(lines[end])) {
      end += 1;
    }
    const rows = lines.slice(start, end).map(cellsOf);
    expect(rows.map((cells) => [cells[0], cells.at(-1)])).toEqual(
      Object.entries(REPLY_ERRORS).map(([code, { retryable }]) => [code, retryable ? 'yes' : 'no']),
    );
  });

  it('holds a row for each close reason and no other, and says when to come back', () => {
    const rows = documentation()
      .filter((line) => /^\| +\d{4} +\| `/.test(line))
      .map(cellsOf);
    expect(rows.map((cells) => [Number(cells[0]), cells[1], cells.at(-1)])).toEqual(
      closeReasons.map(({ code, reason, reconnect }) => [code, reason, reconnect]),
    );
  });
});
