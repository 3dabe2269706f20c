import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/harness/test-config.js';
import { OriginPolicy } from './origin.policy.js';

const OWN = 'https://gateway.example.com';

const policyOf = (origins: string): OriginPolicy =>
  new OriginPolicy(testConfig({ ALLOWED_ORIGINS: origins }));

function isAllowed(origins: string, origin: string, own = OWN): boolean {
  return policyOf(origins).isAllowed(origin, own);
}

describe('origin policy', () => {
  describe('with a list', () => {
    const list = 'https://app.example.com,http://localhost:5173,https://[2001:db8::1]:8443';

    it.each([
      'https://app.example.com',
      'https://app.example.com:443',
      'HTTPS://APP.EXAMPLE.COM',
      'http://localhost:5173',
      'https://[2001:db8::1]:8443',
      'https://[2001:0DB8:0:0::1]:8443',
    ])('allows %s', (origin) => {
      expect(isAllowed(list, origin)).toBe(true);
    });

    it.each([
      ['another scheme', 'http://app.example.com'],
      ['another port', 'https://app.example.com:8443'],
      ['the port of the other scheme', 'https://app.example.com:80'],
      ['a port where none is listed', 'http://localhost'],
      ['a subdomain', 'https://evil.app.example.com'],
      ['the parent', 'https://example.com'],
      ['a name that ends alike', 'https://evilapp.example.com'],
      ['a name that begins alike', 'https://app.example.com.evil.net'],
      ['the listed name as a user', 'https://app.example.com@evil.net'],
      ['the listed name with a user', 'https://evil@app.example.com'],
      ['the listed name as a path', 'https://evil.net/app.example.com'],
      ['the listed name behind a hash', 'https://evil.net#app.example.com'],
      ['a backslash', 'https://evil.net\\.app.example.com'],
      ['a path', 'https://app.example.com/'],
      ['two origins', 'https://app.example.com https://evil.net'],
      ['a list of origins', 'https://app.example.com,https://evil.net'],
      ['a trailing dot', 'https://app.example.com.'],
      ['full-width letters', 'https://ａpp.example.com'],
      ['percent encoding', 'https://%61pp.example.com'],
      ['a port out of range', 'https://app.example.com:99999'],
      ['an opaque origin', 'null'],
      ['nothing', ''],
      ['a star', '*'],
      ['another kind of scheme', 'ftp://app.example.com'],
      ['a file', 'file://'],
      ['an extension', 'chrome-extension://abcdef'],
      ['its own origin, which the list does not name', OWN],
    ])('refuses %s', (_what, origin) => {
      expect(isAllowed(list, origin)).toBe(false);
    });
  });

  describe('with a wildcard', () => {
    it.each([
      ['https://*.example.com', 'https://a.example.com', true],
      ['https://*.example.com', 'https://a.b.example.com', true],
      ['https://*.example.com', 'https://A.EXAMPLE.COM:443', true],
      ['https://*.example.com', 'https://example.com', false],
      ['https://*.example.com', 'https://evilexample.com', false],
      ['https://*.example.com', 'https://a.example.com.evil.net', false],
      ['https://*.example.com', 'http://a.example.com', false],
      ['https://*.example.com', 'https://a.example.com:8443', false],
      ['https://*.example.com', 'https://*.example.com', false],
      ['https://*.example.com', 'https://evil.net/.example.com', false],
      ['https://*.example.com', 'https://evil.net:1.example.com', false],
      ['https://*.example.com', 'null', false],
      ['https://*.example.com:8443', 'https://a.example.com:8443', true],
      ['https://*.example.com:8443', 'https://a.example.com', false],
      ['https://*.example.com:443', 'https://a.example.com', true],
      ['http://*.localhost:5173', 'http://a.localhost:5173', true],
      ['https://*.xn--bcher-kva.example', 'https://a.xn--bcher-kva.example', true],
      ['https://*.xn--bcher-kva.example', 'https://a.bücher.example', false],
    ])('%s and %s: %p', (entry, origin, expected) => {
      expect(isAllowed(entry, origin)).toBe(expected);
    });

    it('allows what is listed beside it', () => {
      const list = 'https://*.example.com,https://example.com';
      expect(isAllowed(list, 'https://example.com')).toBe(true);
      expect(isAllowed(list, OWN)).toBe(true);
      expect(isAllowed(list, 'https://other.net')).toBe(false);
    });
  });

  describe('without a list', () => {
    it.each([
      ['https://gateway.example.com', OWN],
      ['https://gateway.example.com:443', OWN],
      ['https://gateway.example.com', `${OWN}:443`],
      ['http://localhost:3000', 'http://LOCALHOST:3000'],
      ['http://[::1]:3000', 'http://[::1]:3000'],
    ])('allows a page of the gateway itself: %s at %s', (origin, own) => {
      expect(isAllowed('', origin, own)).toBe(true);
    });

    it.each([
      ['https://other.example.com', OWN],
      ['http://gateway.example.com', OWN],
      ['https://gateway.example.com:8443', OWN],
      ['http://localhost:3001', 'http://localhost:3000'],
      ['http://127.0.0.1:3000', 'http://localhost:3000'],
      ['null', OWN],
      ['null', 'null'],
      ['', ''],
      ['null', 'https://'],
    ])('refuses %p at %p', (origin, own) => {
      expect(isAllowed('', origin, own)).toBe(false);
    });
  });
});
