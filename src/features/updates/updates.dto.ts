import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  Equals,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import type { DeliveryMode } from '../../ports/update-store.port.js';
import { STORABLE } from '../../protocol/storable-text.js';
import { Optional } from '../../transport/http/optional.decorator.js';
import { Verbatim } from '../../transport/http/verbatim.decorator.js';
import { AudienceDto, hasCondition } from './audience.dto.js';

const MAX_TARGETS = 10_000;
const MAX_TTL_SECONDS = 366 * 86_400;

/** Characters that every store can hold and every log can show. */
const KEY = /^[^\p{C}]{1,128}$/u;

export class ExceptDto {
  @ApiPropertyOptional({ type: [String], description: 'Users that get nothing' })
  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  @Matches(STORABLE, { each: true })
  users?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Connections that get nothing while they last' })
  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  @Matches(STORABLE, { each: true })
  connections?: string[];
}

export class BroadcastDto {
  @ApiProperty({ description: 'What the client application calls it', minLength: 1, maxLength: 64 })
  @IsString()
  @Length(1, 64)
  @Matches(STORABLE)
  event!: string;

  @ApiProperty({ description: 'Any JSON, null included' })
  @ValidateBy({ name: 'isPresent', validator: { validate: (value) => value !== undefined } })
  @Verbatim()
  data!: unknown;

  @ApiPropertyOptional({ type: ExceptDto })
  @Optional()
  @ValidateNested()
  @Type(() => ExceptDto)
  except?: ExceptDto;
}

/** Exactly one of its members. */
export class TargetDto {
  @ApiPropertyOptional({ description: 'Everybody', enum: [true] })
  @Optional()
  @Equals(true)
  all?: true;

  @ApiPropertyOptional({ type: [String], description: 'Named users, on all their devices' })
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  @Matches(STORABLE, { each: true })
  users?: string[];

  @ApiPropertyOptional({ type: AudienceDto, description: 'Users by the claims of their tokens' })
  @Optional()
  @ValidateBy({ name: 'hasCondition', validator: { validate: hasCondition } })
  @ValidateNested()
  @Type(() => AudienceDto)
  audience?: AudienceDto;
}

export class UpdateDto extends BroadcastDto {
  @ApiProperty({ type: TargetDto })
  @IsDefined()
  @ValidateNested()
  @Type(() => TargetDto)
  target!: TargetDto;

  @ApiProperty({
    enum: ['live', 'latest', 'inbox'],
    description:
      '`live`: who is connected now; `latest`: the newest value per user and collapseKey, also for who connects ' +
      'before it expires; `inbox`: every update, for each device until it acknowledges or the update expires',
  })
  @IsIn(['live', 'latest', 'inbox'])
  delivery!: DeliveryMode;

  @ApiPropertyOptional({ description: 'Needed by `latest`, and by nothing else', maxLength: 128 })
  @Optional()
  @IsString()
  @Matches(KEY)
  collapseKey?: string;

  @ApiPropertyOptional({ description: 'Default 30 for `live`, a day otherwise', minimum: 1 })
  @Optional()
  @IsInt()
  @Min(1)
  @Max(MAX_TTL_SECONDS)
  ttlSeconds?: number;

  @ApiPropertyOptional({
    description: 'Send it then: epoch milliseconds, or ISO 8601 with an offset',
    oneOf: [{ type: 'integer' }, { type: 'string', format: 'date-time' }],
  })
  @Optional()
  @ValidateBy({
    name: 'isInstant',
    validator: { validate: (value) => typeof value === 'number' || typeof value === 'string' },
  })
  notBefore?: number | string;

  @ApiPropertyOptional({ description: 'Ask devices to acknowledge; default true for `inbox` alone' })
  @Optional()
  @IsBoolean()
  requireAck?: boolean;

  @ApiPropertyOptional({ enum: ['normal', 'low'], description: '`low` yields to everything else' })
  @Optional()
  @IsIn(['normal', 'low'])
  priority?: 'normal' | 'low';

  @ApiPropertyOptional({ description: 'Validate and match, store and send nothing' })
  @Optional()
  @IsBoolean()
  dryRun?: boolean;

  @ApiPropertyOptional({ description: 'The same as the Idempotency-Key header' })
  @Optional()
  @IsString()
  @Length(1, 128)
  @Matches(STORABLE)
  idempotencyKey?: string;
}
