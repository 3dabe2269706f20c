import type { Codec } from '../../protocol/codec.js';
import type { CodecRegistry } from '../codec/codec-registry.js';
import { UpgradeRefused } from './upgrade-refused.js';

/** More names than any client has; parsing stays cheap. */
const MAX_NAMES = 16;

/** A token of RFC 7230 section 3.2.6, as RFC 6455 section 11.3.4 wants names to be. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Browsers cannot set headers: they hand the token over as a subprotocol name. */
const BEARER_PREFIX = 'bearer.';

/** Any version of this protocol, so that a client of another one can be told so. */
const OUR_PROTOCOL = /^tidegate\.v\d+\.[a-z]+$/;

export interface Subprotocols {
  /** The name the server echoes; undefined when the client offered none. Never the token's. */
  readonly selected: string | undefined;
  /** Undefined for a version that this gateway does not speak. */
  readonly codec: Codec | undefined;
  readonly token: string | undefined;
}

export function parseSubprotocols(header: string | undefined, codecs: CodecRegistry): Subprotocols {
  if (header === undefined) {
    return { selected: undefined, codec: codecs.default, token: undefined };
  }
  const names = header.split(',').map((name) => name.trim());
  const isWellFormed =
    names.length <= MAX_NAMES &&
    names.every((name) => NAME.test(name)) &&
    new Set(names).size === names.length;
  const tokens = names.filter((name) => name.startsWith(BEARER_PREFIX));
  if (!isWellFormed || tokens.length > 1) {
    throw new UpgradeRefused(400, 'subprotocol');
  }
  const selected = selectSubprotocol(names, codecs);
  if (selected === undefined) {
    throw new UpgradeRefused(400, 'subprotocol');
  }
  return { selected, codec: codecs.find(selected), token: tokens[0]?.slice(BEARER_PREFIX.length) };
}

/** One we speak, else another version of our own: the client is told so in a close frame. */
export function selectSubprotocol(names: readonly string[], codecs: CodecRegistry): string | undefined {
  return (
    names.find((name) => codecs.find(name) !== undefined) ?? names.find((name) => OUR_PROTOCOL.test(name))
  );
}
