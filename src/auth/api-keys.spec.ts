import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/harness/test-config.js';
import { ApiKeys } from './api-keys.js';

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

const keys = new ApiKeys(
  testConfig({
    API_KEYS: `ops:${digestOf('old')}:broadcast+connections,ops:${digestOf('new')}:broadcast,web:${digestOf('w')}:quotes`,
  }),
);

describe('API keys', () => {
  it('stand for a service with the scopes of its entry, for ever', () => {
    expect(keys.find('old')).toEqual({
      userId: 'api-key:ops',
      roles: [],
      scopes: ['broadcast', 'connections'],
      topics: [],
      attributes: {},
      expiresAtMs: undefined,
    });
  });

  it('may be valid side by side while one replaces the other', () => {
    expect(keys.find('new')).toMatchObject({ userId: 'api-key:ops', scopes: ['broadcast'] });
  });

  it.each(['', 'ol', 'older', 'OLD', ' old', digestOf('old')])('refuse %p', (key) => {
    expect(keys.find(key)).toBeUndefined();
  });

  it('are refused where none is configured', () => {
    expect(new ApiKeys(testConfig()).find('')).toBeUndefined();
  });
});
