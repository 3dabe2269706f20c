import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Optional } from '../../transport/http/optional.decorator.js';
import { UPDATE_ID } from './update-ids.js';

const MAX_IDS = 100;
const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;

/** A text of digits as the number it is, and anything else as it came: the rule then says what is wrong. */
const ToNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
  );

export class UserPageQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Name the users and their devices' })
  @Optional()
  @IsIn(['true', 'false'])
  perUser?: 'true' | 'false';

  @ApiPropertyOptional({ description: 'The last user of the page before' })
  @Optional()
  @IsString()
  @Matches(/^[^\p{C}]{0,128}$/u)
  after: string = '';

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })
  @Optional()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = DEFAULT_PAGE;
}

export class UpdatePageQuery {
  @ApiPropertyOptional({ description: 'The last id of the page before' })
  @Optional()
  @IsString()
  @Matches(UPDATE_ID)
  before?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })
  @Optional()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = DEFAULT_PAGE;
}

export class AckDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  ids!: string[];
}
