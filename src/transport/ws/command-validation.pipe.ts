import { ValidationPipe } from '@nestjs/common';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { fieldsOf } from '../validation-fields.js';

/** Checks the DTO of a command. The refusal names the fields and the rules they break, never their values. */
export class CommandValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => new CommandRefused('validation', { fields: fieldsOf(errors) }),
    });
  }
}
