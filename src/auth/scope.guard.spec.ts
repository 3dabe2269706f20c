import { type ExecutionContext, ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../protocol/principal.js';
import { Authenticated, ScopeGuard } from './scope.guard.js';

@Authenticated('broadcast')
class Scoped {
  plain(): void {}

  @Authenticated('connections')
  narrower(): void {}
}

@Authenticated()
class AnyScope {
  plain(): void {}
}

const guard = new ScopeGuard(new Reflector());

function canActivate(
  controller: new () => object,
  handler: (this: void) => void,
  grants: Partial<Principal> | undefined,
): boolean {
  const principal = grants && {
    userId: 'alice',
    roles: [],
    scopes: [],
    topics: [],
    attributes: {},
    expiresAtMs: undefined,
    ...grants,
  };
  return guard.canActivate({
    switchToHttp: () => ({ getRequest: () => ({ principal }) }),
    getHandler: () => handler,
    getClass: () => controller,
  } as unknown as ExecutionContext);
}

// oxlint-disable-next-line typescript/unbound-method -- only their metadata is read
const { plain, narrower } = Scoped.prototype;

describe('scope guard', () => {
  it('refuses a request without a principal, whatever it asks for', () => {
    expect(() => canActivate(AnyScope, plain, undefined)).toThrow(UnauthorizedException);
    expect(() => canActivate(Scoped, plain, undefined)).toThrow(UnauthorizedException);
  });

  it('lets any principal in where no scope is named', () => {
    expect(canActivate(AnyScope, plain, {})).toBe(true);
  });

  it('asks for the scope of the controller', () => {
    expect(canActivate(Scoped, plain, { scopes: ['broadcast'] })).toBe(true);
    expect(() => canActivate(Scoped, plain, { scopes: ['connections'] })).toThrow(ForbiddenException);
  });

  it('asks for the scope of the handler instead where it names one', () => {
    expect(canActivate(Scoped, narrower, { scopes: ['connections'] })).toBe(true);
    expect(() => canActivate(Scoped, narrower, { scopes: ['broadcast'] })).toThrow(ForbiddenException);
  });

  it('lets the role admin do everything', () => {
    expect(canActivate(Scoped, narrower, { roles: ['admin'] })).toBe(true);
  });
});
