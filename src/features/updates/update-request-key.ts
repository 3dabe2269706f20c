import { createHash } from 'node:crypto';
import { canonicalJson } from '../../protocol/canonical-json.js';
import type { UpdateRequest } from './plan-update.js';

/** Who sends, and under which key the request may be repeated. */
export interface RequestKey {
  readonly caller: string;
  readonly route: string;
  readonly key: string;
}

/** A request that may be repeated, as the store knows it: digests, for keys hold whatever the caller likes. */
export function idempotencyOf(
  { caller, route, key }: RequestKey,
  request: UpdateRequest,
): { key: string; bodyHash: string } {
  return { key: digest([caller, route, key]), bodyHash: digest(request) };
}

const digest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url');
