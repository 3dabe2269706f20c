import { ForbiddenException } from '@nestjs/common';
import type { UpdateTarget } from '../../ports/update-store.port.js';
import { hasScope, type Principal } from '../../protocol/principal.js';

/** Scopes that allow a targeting method, the narrowest first: who may reach more people may reach fewer. */
const SCOPES: Readonly<Record<UpdateTarget['kind'], readonly string[]>> = {
  users: ['broadcast:users', 'broadcast:audience', 'broadcast'],
  audience: ['broadcast:audience', 'broadcast'],
  all: ['broadcast'],
};

/** Throws 403 unless the principal may send updates with this kind of target. */
export function checkMayTarget(principal: Principal, kind: UpdateTarget['kind']): void {
  if (!SCOPES[kind].some((scope) => hasScope(principal, scope))) {
    throw new ForbiddenException(`The scope "${SCOPES[kind][0]}" is needed.`);
  }
}
