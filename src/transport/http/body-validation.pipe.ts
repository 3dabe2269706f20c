import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { fieldsOf } from '../validation-fields.js';

/** Checks the DTO of a REST call. Bound to controllers, never globally: Nest 12 runs global pipes on gateways too. */
export class BodyValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        new BadRequestException({ message: 'The request breaks a rule.', fields: fieldsOf(errors) }),
    });
  }
}
