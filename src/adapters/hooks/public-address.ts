import { BlockList, isIP } from 'node:net';

/** IPv4 that is not the public internet: the IANA special-purpose registry, and what clouds answer themselves on. */
const RESERVED_IPV4: readonly (readonly [net: string, bits: number])[] = [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // RFC 1918
  ['100.64.0.0', 10], // carrier-grade NAT, RFC 6598
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's host
  ['169.254.0.0', 16], // link-local, with the metadata services of clouds
  ['172.16.0.0', 12], // RFC 1918
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays to 6to4
  ['192.168.0.0', 16], // RFC 1918
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
];

/** Within the global unicast range; everything outside it is refused anyway. */
const RESERVED_IPV6: readonly (readonly [net: string, bits: number])[] = [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['3fff::', 20], // documentation
];

const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

const reserved = new BlockList();
for (const [net, bits] of RESERVED_IPV6) {
  reserved.addSubnet(net, bits, 'ipv6');
}

// IPv6 that leads to an IPv4 address: mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
const EMBEDDINGS: readonly (readonly [bits: number, embed: (ipv4: string) => string])[] = [
  [96, (ipv4) => `::ffff:${ipv4}`],
  [96, (ipv4) => `64:ff9b::${ipv4}`],
  [16, (ipv4) => `2002:${hexGroups(ipv4)}::`],
];
for (const [prefixBits, embed] of EMBEDDINGS) {
  global.addSubnet(embed('0.0.0.0'), prefixBits, 'ipv6');
  for (const [net, bits] of RESERVED_IPV4) {
    reserved.addSubnet(embed(net), prefixBits + bits, 'ipv6');
  }
}

/** Whether an address (IPv4 or IPv6 as text) belongs to the public internet. Anything else than an address does not. */
export function isPublicAddress(address: string): boolean {
  const embedded = isIP(address) === 4 ? `::ffff:${address}` : address;
  return global.check(embedded, 'ipv6') && !reserved.check(embedded, 'ipv6');
}

function hexGroups(ipv4: string): string {
  const [a, b, c, d] = ipv4.split('.').map(Number) as [number, number, number, number];
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
