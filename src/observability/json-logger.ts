import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

/** Longest text of one field; what a stranger can make us log stays bounded. */
const MAX_FIELD_LENGTH = 2048;

/**
 * Nest's logger as JSON lines. Strings are escaped by JSON, so a line break or an ANSI sequence in a field cannot
 * forge a line. Nothing here ever gets a token or a payload: callers log reasons and ids.
 */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: string, destination: DestinationStream) {
    this.pino = pino({ level, base: { service: 'tidegate' } }, destination);
  }

  log(message: unknown, ...params: unknown[]): void {
    this.write('info', message, params);
  }

  error(message: unknown, ...params: unknown[]): void {
    this.write('error', message, params);
  }

  warn(message: unknown, ...params: unknown[]): void {
    this.write('warn', message, params);
  }

  debug(message: unknown, ...params: unknown[]): void {
    this.write('debug', message, params);
  }

  verbose(message: unknown, ...params: unknown[]): void {
    this.write('trace', message, params);
  }

  fatal(message: unknown, ...params: unknown[]): void {
    this.write('fatal', message, params);
  }

  /** Nest appends the context as the last parameter, and a stack before it for errors. */
  private write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    params: unknown[],
  ): void {
    const context = params.at(-1);
    const stack = params.length > 1 ? params[0] : undefined;
    const fields: Record<string, string> = {};
    if (typeof context === 'string') {
      fields['context'] = clip(context);
    }
    if (typeof stack === 'string') {
      fields['stack'] = clip(stack);
    }
    if (message instanceof Error) {
      this.pino[level]({ ...fields, stack: clip(message.stack ?? '') }, clip(message.message));
    } else if (typeof message === 'object' && message !== null) {
      this.pino[level]({ ...message, ...fields });
    } else {
      this.pino[level](fields, clip(String(message)));
    }
  }
}

function clip(text: string): string {
  return text.length > MAX_FIELD_LENGTH ? `${text.slice(0, MAX_FIELD_LENGTH)}…` : text;
}
