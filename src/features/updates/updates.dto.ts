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
  IsString,
  Length,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { Optional } from '../../transport/http/optional.decorator.js';

const MAX_TARGETS = 10_000;
const MAX_IDS = 100;

export class ExceptDto {
  @ApiPropertyOptional({ type: [String], description: 'Users that get nothing' })
  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  users?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Connections that get nothing' })
  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  connections?: string[];
}

export class BroadcastDto {
  @ApiProperty({ description: 'What the client application calls it', minLength: 1, maxLength: 64 })
  @IsString()
  @Length(1, 64)
  event!: string;

  @ApiProperty({ description: 'Any JSON, null included' })
  @ValidateBy({ name: 'isPresent', validator: { validate: (value) => value !== undefined } })
  data!: unknown;

  @ApiPropertyOptional({ type: ExceptDto })
  @Optional()
  @ValidateNested()
  @Type(() => ExceptDto)
  except?: ExceptDto;
}

/** Exactly one of its members. */
export class TargetDto {
  @ApiPropertyOptional({ description: 'Everybody who is connected' })
  @Optional()
  @Equals(true)
  all?: true;

  @ApiPropertyOptional({ type: [String], description: 'Named users, on all their devices' })
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_TARGETS)
  @IsString({ each: true })
  @MaxLength(128, { each: true })
  users?: string[];
}

export class UpdateDto extends BroadcastDto {
  @ApiProperty({ type: TargetDto })
  @IsDefined()
  @ValidateNested()
  @Type(() => TargetDto)
  target!: TargetDto;

  @ApiProperty({ enum: ['live'], description: '`live`: who is connected now; nothing is kept' })
  @IsIn(['live'])
  delivery!: 'live';

  @ApiPropertyOptional({ description: 'Ask devices to acknowledge' })
  @Optional()
  @IsBoolean()
  requireAck?: boolean;

  @ApiPropertyOptional({ description: 'Validate and match, send nothing' })
  @Optional()
  @IsBoolean()
  dryRun?: boolean;

  @ApiPropertyOptional({ description: 'The same as the Idempotency-Key header' })
  @Optional()
  @IsString()
  @Length(1, 128)
  idempotencyKey?: string;
}

export class AckDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  ids!: string[];
}
