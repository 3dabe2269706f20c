import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/harness/test-config.js';
import { ClientAddress, limitKey } from './client-address.js';

const addressesOf = (proxies: string): ClientAddress =>
  new ClientAddress(testConfig({ TRUSTED_PROXIES: proxies }));

const request = (
  remoteAddress: string,
  headers: Record<string, string> = {},
  encrypted = false,
): IncomingMessage =>
  ({
    headers,
    socket: { remoteAddress, ...(encrypted && { encrypted: true }) },
  }) as unknown as IncomingMessage;

describe('client address', () => {
  it('is that of the socket where no proxy is configured, whatever the headers say', () => {
    const addresses = addressesOf('');
    const spoofed = request('203.0.113.9', { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' });
    expect(addresses.addressOf(spoofed)).toBe('203.0.113.9');
    expect(addresses.isBehindProxy(spoofed)).toBe(false);
    expect(addresses.schemeOf(spoofed)).toBe('http');
  });

  it('is believed from a configured proxy', () => {
    const addresses = addressesOf('10.0.0.0/8');
    const proxied = request('10.1.2.3', {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'HTTPS, http',
    });
    expect(addresses.addressOf(proxied)).toBe('203.0.113.9');
    expect(addresses.isBehindProxy(proxied)).toBe(true);
    expect(addresses.schemeOf(proxied)).toBe('https');
  });

  it('leaves out a port that a proxy wrote', () => {
    const proxied = request('10.1.2.3', { 'x-forwarded-for': '203.0.113.9:51234' });
    expect(addressesOf('10.0.0.0/8').addressOf(proxied)).toBe('203.0.113.9');
  });

  it('is not believed from anybody else', () => {
    const addresses = addressesOf('10.0.0.0/8');
    const spoofed = request('203.0.113.9', { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' });
    expect(addresses.addressOf(spoofed)).toBe('203.0.113.9');
    expect(addresses.schemeOf(spoofed)).toBe('http');
  });

  it('is the last hop that is no proxy: what stands before it the client may have written', () => {
    const addresses = addressesOf('10.0.0.0/8,192.0.2.7');
    const chain = '127.0.0.1, 10.9.9.9, 203.0.113.9, 192.0.2.7';
    expect(addresses.addressOf(request('10.1.2.3', { 'x-forwarded-for': chain }))).toBe('203.0.113.9');
  });

  it('of an IPv4 client on an IPv6 socket is IPv4', () => {
    expect(addressesOf('').addressOf(request('::ffff:203.0.113.9'))).toBe('203.0.113.9');
    const proxied = request('::ffff:10.1.2.3', { 'x-forwarded-for': '203.0.113.9' });
    expect(addressesOf('10.0.0.0/8').addressOf(proxied)).toBe('203.0.113.9');
  });

  it('comes with the scheme of the socket where no proxy says it', () => {
    expect(addressesOf('').schemeOf(request('203.0.113.9', {}, true))).toBe('https');
    expect(addressesOf('10.0.0.0/8').schemeOf(request('10.1.2.3'))).toBe('http');
  });
});

describe('what limits count an address as', () => {
  it('is the address itself for IPv4', () => {
    expect(limitKey('203.0.113.9')).toBe('203.0.113.9');
    expect(limitKey('203.0.113.10')).not.toBe(limitKey('203.0.113.9'));
  });

  it.each([
    ['the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['another /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['zeros written out', '2001:db8::1', '2001:db8:0:0:1:2:3:4', true],
    ['zeros at the front', '::1', '::2', true],
    ['zeros at the end', '2001:db8:1:2::', '2001:db8:1:2:3:4:5:6', true],
    ['loopback and a network', '::1', '2001:db8::', false],
    ['groups behind the gap', '2001::2:3:4:5:6', '2001:0:0:2::', true],
    ['upper case', '2001:DB8:A::1', '2001:db8:a::1', true],
    ['leading zeros', '2001:0db8:000a::1', '2001:db8:a::1', true],
    ['an IPv4 tail', '64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
    ['an IPv4 tail behind many groups', '1::2:3:4:5:192.0.2.1', '1:0:2:3:4:5:c000:201', true],
    ['a zone', 'fe80::1%eth0', 'fe80::2%eth1', true],
  ])('is the /64 for IPv6: %s', (_what, left, right, isSame) => {
    expect(limitKey(left) === limitKey(right)).toBe(isSame);
  });

  it('keeps what is no address apart from every address', () => {
    expect(limitKey('')).toBe('');
    expect(limitKey('unknown')).toBe('unknown');
  });
});
