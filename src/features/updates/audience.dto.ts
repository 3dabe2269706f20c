import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsString,
  Matches,
  MaxLength,
  ValidateBy,
} from 'class-validator';
import { STORABLE } from '../../protocol/storable-text.js';
import { Optional } from '../../transport/http/optional.decorator.js';
import { Verbatim } from '../../transport/http/verbatim.decorator.js';

const MAX_VALUES = 64;
const MAX_LENGTH = 128;

type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string'
    ? value.length <= MAX_LENGTH && STORABLE.test(value)
    : typeof value === 'number' || typeof value === 'boolean';

const isAttributes = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length <= MAX_VALUES &&
  Object.keys(value).every((key) => STORABLE.test(key)) &&
  Object.values(value).every(
    (list) => Array.isArray(list) && list.length > 0 && list.length <= MAX_VALUES && list.every(isScalar),
  );

/** Every part must match the claims of a user, and any value within a part will do. */
export class AudienceDto {
  @ApiPropertyOptional({ type: [String], description: 'Claim `roles`' })
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_VALUES)
  @IsString({ each: true })
  @MaxLength(MAX_LENGTH, { each: true })
  @Matches(STORABLE, { each: true })
  rolesAny?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Claim `topics`' })
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_VALUES)
  @IsString({ each: true })
  @MaxLength(MAX_LENGTH, { each: true })
  @Matches(STORABLE, { each: true })
  topicsAny?: string[];

  @ApiPropertyOptional({
    description: 'Allowed values for each attribute in the claim `attrs`',
    type: 'object',
    additionalProperties: { type: 'array', items: {} },
    example: { plan: ['pro', 'max'] },
  })
  @Optional()
  @ValidateBy({ name: 'isAttributes', validator: { validate: isAttributes } })
  @Verbatim()
  attrs?: Record<string, Scalar[]>;
}

/** An audience without a single condition would be everybody, and is a slip. */
export const hasCondition = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some(
    (part: unknown) => typeof part === 'object' && Object.keys(part ?? {}).length > 0,
  );
