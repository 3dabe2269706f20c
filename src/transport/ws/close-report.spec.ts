import { describe, expect, it } from '@jest/globals';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { closeReport } from './close-report.js';

describe('close report', () => {
  it('says what we ended a connection for, whatever ws saw afterwards', () => {
    const report = { code: '1013', reason: 'slow_consumer' };
    expect(closeReport(CLOSE_REASONS.slowConsumer, undefined, 1013)).toEqual(report);
    expect(closeReport(CLOSE_REASONS.slowConsumer, 'WS_ERR_INVALID_UTF8', 1006)).toEqual(report);
  });

  it('says what we cut off without a handshake', () => {
    expect(closeReport({ code: 1006, reason: 'ping_timeout' }, undefined, 1006)).toEqual({
      code: '1006',
      reason: 'ping_timeout',
    });
  });

  it.each([
    ['WS_ERR_INVALID_UTF8', '1007', 'utf8'],
    ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', '1009', 'too_big'],
    ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', '1009', 'too_big'],
    ['WS_ERR_TOO_MANY_BUFFERED_PARTS', '1008', 'fragments'],
    ['WS_ERR_EXPECTED_MASK', '1002', 'protocol'],
    ['WS_ERR_SOME_NEW_ONE', '1002', 'protocol'],
  ])('names the fault that ws met in the frames of the peer: %s', (error, code, reason) => {
    expect(closeReport(undefined, error, 1006)).toEqual({ code, reason });
  });

  it('takes a network error for a broken connection', () => {
    expect(closeReport(undefined, 'ECONNRESET', 1006)).toEqual({ code: '1006', reason: 'aborted' });
  });

  it.each([1000, 1001, 1005, 3000, 4999])('makes no label of the code %d that a peer chose', (code) => {
    expect(closeReport(undefined, undefined, code)).toEqual({ code: 'peer', reason: 'normal' });
  });
});
