import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
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
import { STORABLE } from '../../protocol/storable-text.js';
import { Optional } from '../../transport/http/optional.decorator.js';
import { Verbatim } from '../../transport/http/verbatim.decorator.js';
import { CLIENT_MSG_ID, IsSmallDocument, NEW_ROOM, ROOM, USER } from './chat-patterns.js';

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
  @Digits()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
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
  @Matches(STORABLE)
  after: string = '';

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  @Optional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = 100;
}

export class HistoryQuery {
  @ApiPropertyOptional({ description: 'Entries after this `seq`, oldest first' })
  @Optional()
  @Digits()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  since?: number;

  @ApiPropertyOptional({ description: 'Entries before this `seq`; not together with `since`' })
  @Optional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  before?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 32 })
  @Optional()
  @Digits()
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

export class KickDto {
  @ApiPropertyOptional({ maxLength: 256 })
  @Optional()
  @IsString()
  @Length(1, 256)
  @Matches(STORABLE)
  reason?: string;
}

/** Of a mute or ban. */
export class SanctionDto extends KickDto {
  @ApiPropertyOptional({ description: 'How long; absent: until lifted' })
  @Optional()
  @IsInt()
  @Min(1)
  @Max(TEN_YEARS_SECONDS)
  forSeconds?: number;
}

export class SystemMessageDto {
  @ApiProperty({ description: 'Text; stored and sent as it is' })
  @IsString()
  @MinLength(1)
  @Matches(STORABLE)
  body!: string;

  @ApiPropertyOptional({ description: 'Makes a repeated call harmless; generated when absent' })
  @Optional()
  @Matches(CLIENT_MSG_ID)
  clientMsgId?: string;

  @ApiPropertyOptional({ type: Object, description: 'At most 4 KiB as JSON' })
  @Optional()
  @IsObject()
  @IsSmallDocument()
  @Verbatim()
  meta?: Record<string, unknown>;
}

/** A number in an address. Only digits are one: `Number` would read `since=` as 0. */
function Digits(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : NaN) : value,
  );
}
