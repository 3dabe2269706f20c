import { SetMetadata } from '@nestjs/common';

/** Names what a handler does in the audit log. */
export const Audited = (action: string): MethodDecorator => SetMetadata('tidegate:audit', action);
