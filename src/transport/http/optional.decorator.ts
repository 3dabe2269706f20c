import { ValidateIf } from 'class-validator';

/**
 * A field that may be left out. Unlike class-validator's `IsOptional` it may not be `null`: serialisers that write
 * nulls for what is unset would slip past every other rule of the field.
 */
export const Optional = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);
