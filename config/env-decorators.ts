import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';

/** A whole number within bounds. `PORT=abc` stays a string, so that `IsInt` names the fault. */
export const IntegerVar = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (/^-?\d+$/.test(String(value)) ? Number(value) : value)),
    IsInt(),
    Min(min),
    Max(max),
  );

/** `true`, `false`, `1` or `0`. */
export const BooleanVar = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => BOOLEANS.get(String(value).toLowerCase()) ?? value),
    IsBoolean({ message: '$property must be true or false' }),
  );

/** A comma-separated list; blanks around an entry and empty entries are dropped. */
export const ListVar = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? splitList(value) : value)),
    IsString({ each: true }),
  );

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
