import { hash } from 'node:crypto';
import { canonicalJson } from '../../../protocol/canonical-json.js';
import type { SendIdentity } from '../../../ports/message-store.port.js';

/** Base64url characters of a fingerprint: 132 bits. */
const FINGERPRINT_LENGTH = 22;

/** What a send is known by. None of the parts holds a line feed. */
export function sendKey(room: string, from: string, clientMsgId: string): string {
  return `${room}\n${from}\n${clientMsgId}`;
}

/** The first key of a room, and the first after all of them. */
export function sendKeysOf(room: string): { readonly from: string; readonly below: string } {
  return { from: `${room}\n`, below: `${room}\u000b` };
}

/** Tells two sends with one key apart: equal when the body as sent, meta and recipient are, however the meta is ordered. */
export function fingerprintOf(send: SendIdentity): string {
  const content = canonicalJson([send.sentBody, send.meta ?? null, send.to ?? null]);
  return hash('sha256', content, 'base64url').slice(0, FINGERPRINT_LENGTH);
}
