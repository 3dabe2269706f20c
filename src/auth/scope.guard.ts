import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import { hasScope, type Principal } from '../protocol/principal.js';

const SCOPE = 'tidegate:scope';

/** A request whose principal the HTTP layer has put there. */
export interface AuthenticatedRequest {
  principal?: Principal;
  /** The method that answers it: what was asked for has a name, also when it is refused. */
  handler?: object;
  /** What a handler adds to the audit log about whom it concerns. */
  auditTarget?: Readonly<Record<string, unknown>>;
}

/** 401 without a principal, 403 without the scope of the handler or its controller. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.handler = context.getHandler();
    const { principal } = request;
    if (principal === undefined) {
      throw new UnauthorizedException();
    }
    const scope = this.reflector.getAllAndOverride<string | undefined>(SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (scope !== undefined && !hasScope(principal, scope)) {
      throw new ForbiddenException(`The scope "${scope}" is needed.`);
    }
    return true;
  }
}

/** REST handlers that need a principal, with `scope` where one is named. */
export const Authenticated = (scope?: string): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(SCOPE, scope), UseGuards(ScopeGuard), ApiBearerAuth(), ApiSecurity('api-key'));
