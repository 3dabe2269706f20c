import { SetMetadata } from '@nestjs/common';

const ACTION = 'tidegate:audit-action';

/** Names what a handler does in the audit log, for example `members.ban`. */
export const Audited = (action: string): MethodDecorator => SetMetadata(ACTION, action);

/** The name a handler has in the audit log; undefined: none. */
export function auditedAction(handler: object): string | undefined {
  return Reflect.getMetadata(ACTION, handler) as string | undefined;
}
