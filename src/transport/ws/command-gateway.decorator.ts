import {
  type ArgumentsHost,
  applyDecorators,
  Catch,
  type ExceptionFilter,
  UseFilters,
  UsePipes,
} from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { CommandValidationPipe } from './command-validation.pipe.js';

/**
 * Lets an error of a gateway reach the command loop, which knows the command's id. Nest's own filter would send a
 * frame of its own, without the id and with the client's payload in it.
 */
@Catch()
export class RethrowFilter implements ExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): never {
    throw error;
  }
}

/** A gateway of commands. The only way to declare one here: nobody can forget the filter or the validation. */
export const CommandGateway = (): ClassDecorator =>
  applyDecorators(WebSocketGateway(), UseFilters(RethrowFilter), UsePipes(CommandValidationPipe));
