import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { type Role, ROLES } from '../../protocol/chat.js';
import { Optional } from '../../transport/http/optional.decorator.js';

const ROOM = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|dm:[A-Za-z0-9_-]{32})$/;
const NEW_ROOM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const USER = /^[^\p{C}\p{Z}]{1,128}$/u;
// oxlint-disable-next-line no-control-regex
const STORABLE = /^[^\0\p{Cs}]*$/u;

const MAX_PAGE = 500;
const TEN_YEARS_SECONDS = 315_360_000;

export class RoomParams {
  @ApiProperty({ description: 'Name of the room' })
  @Matches(ROOM)
  room!: string;
}

export class NewRoomParams {
  @ApiProperty({ description: '1-64 letters, digits or . _ -' })
  @Matches(NEW_ROOM)
  room!: string;
}

export class MemberParams extends RoomParams {
  @ApiProperty()
  @Matches(USER)
  user!: string;
}

export class MessageParams extends RoomParams {
  @ApiProperty({ description: '`seq` of the message', type: Number })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  seq!: number;
}

export class RoomSettingsDto {
  @ApiPropertyOptional({ enum: ['public', 'private'], description: 'Default of a new room: private' })
  @Optional()
  @IsIn(['public', 'private'])
  kind?: 'public' | 'private';

  @ApiPropertyOptional({ maxLength: 128 })
  @Optional()
  @IsString()
  @MaxLength(128)
  @Matches(STORABLE)
  title?: string;

  @ApiPropertyOptional({ description: 'Seconds between two messages of a member; 0 is off', maximum: 120 })
  @Optional()
  @IsInt()
  @Min(0)
  @Max(120)
  slowModeSeconds?: number;

  @ApiPropertyOptional({ description: 'First member of a new room, with the role owner' })
  @Optional()
  @Matches(USER)
  owner?: string;
}

export class PageQuery {
  @ApiPropertyOptional({ description: 'The `next` of the page before' })
  @Optional()
  @IsString()
  @MaxLength(128)
  after: string = '';

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = 100;
}

export class HistoryQuery {
  @ApiPropertyOptional({ description: 'Entries after this `seq`, oldest first' })
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  since?: number;

  @ApiPropertyOptional({ description: 'Entries before this `seq`; not together with `since`' })
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  before?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 32 })
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit?: number;
}

export class MemberDto {
  @ApiPropertyOptional({ enum: ROLES, default: 'member' })
  @Optional()
  @IsIn(ROLES)
  role: Role = 'member';
}

/** Of a mute, ban or kick. */
export class SanctionDto {
  @ApiPropertyOptional({ description: 'How long; absent: until lifted' })
  @Optional()
  @IsInt()
  @Min(1)
  @Max(TEN_YEARS_SECONDS)
  forSeconds?: number;

  @ApiPropertyOptional({ maxLength: 256 })
  @Optional()
  @IsString()
  @Length(1, 256)
  @Matches(STORABLE)
  reason?: string;
}

export class SystemMessageDto {
  @ApiProperty({ description: 'Text; stored and sent as it is' })
  @IsString()
  @MinLength(1)
  @Matches(STORABLE)
  body!: string;

  @ApiPropertyOptional({ description: 'Makes a repeated call harmless; generated when absent' })
  @Optional()
  @Matches(/^[\x21-\x7e]{1,64}$/)
  clientMsgId?: string;

  @ApiPropertyOptional({ type: Object })
  @Optional()
  @IsObject()
  meta?: Record<string, unknown>;
}
