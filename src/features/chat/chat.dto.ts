import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
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
  ValidateBy,
} from 'class-validator';
import { type MemberAction, type Role, ROLES } from '../../protocol/chat.js';
import type { RoomOrPeer } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { Optional } from '../../transport/http/optional.decorator.js';

/** A room by the name its maker gave it, or the generated one of a direct room. */
const ROOM = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|dm:[A-Za-z0-9_-]{32})$/;

const USER = /^[^\p{C}\p{Z}]{1,128}$/u;
const CLIENT_MSG_ID = /^[\x21-\x7e]{1,64}$/;

/** PostgreSQL stores no NUL; a lone surrogate is no Unicode text (RFC 8259 section 8.2). */
// oxlint-disable-next-line no-control-regex
const STORABLE = /^[^\0\p{Cs}]*$/u;

export const MAX_PAGE = 500;
const MAX_META_BYTES = 4096;
const MAX_USERS = 100;

const MODERATIONS: readonly Exclude<MemberAction, 'left'>[] = [
  'added',
  'removed',
  'role',
  'kicked',
  'muted',
  'unmuted',
  'banned',
  'unbanned',
];

export class RoomDto {
  @Matches(ROOM)
  room!: string;
}

/** Exactly one of the two; `oneRoomOf` checks that. */
class RoomOrPeerDto {
  @Optional()
  @Matches(ROOM)
  room?: string;

  @Optional()
  @Matches(USER)
  to?: string;
}

export class JoinDto extends RoomOrPeerDto {
  @Optional()
  @IsInt()
  @Min(0)
  since?: number;

  @Optional()
  @IsInt()
  @Min(0)
  epoch?: number;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit?: number;
}

export class LeaveDto extends RoomDto {
  @Optional()
  @IsBoolean()
  quit?: boolean;
}

/** What to send with: `room` or `to`. */
export function oneRoomOf({ room, to }: RoomOrPeerDto): RoomOrPeer {
  if ((room === undefined) === (to === undefined)) {
    throw new CommandRefused('validation', { fields: ['room: exactly one of room and to'] });
  }
  return room === undefined ? { to: to! } : { room };
}

export class SendDto extends RoomOrPeerDto {
  @Matches(CLIENT_MSG_ID)
  clientMsgId!: string;

  @IsString()
  @MinLength(1)
  @Matches(STORABLE)
  body!: string;

  @Optional()
  @IsObject()
  @IsSmallDocument()
  meta?: Record<string, unknown>;
}

export class TargetDto extends RoomDto {
  @IsInt()
  @Min(1)
  target!: number;
}

export class EditDto extends TargetDto {
  @IsString()
  @MinLength(1)
  @Matches(STORABLE)
  body!: string;
}

export class HistoryDto extends RoomDto {
  @Optional()
  @IsInt()
  @Min(0)
  since?: number;

  @Optional()
  @IsInt()
  @Min(1)
  before?: number;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit?: number;
}

export class ReadDto extends RoomDto {
  @IsInt()
  @Min(0)
  seq!: number;
}

export class TypingDto extends RoomDto {
  @IsBoolean()
  typing!: boolean;
}

export class RoomsDto {
  @Optional()
  @Matches(ROOM)
  after?: string;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit?: number;
}

export class ModerateDto extends RoomDto {
  @Matches(USER)
  user!: string;

  @IsIn(MODERATIONS)
  action!: Exclude<MemberAction, 'left'>;

  @Optional()
  @IsIn(ROLES)
  role?: Role;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(315_360_000)
  forSeconds?: number;

  @Optional()
  @IsString()
  @Length(1, 256)
  @Matches(STORABLE)
  reason?: string;
}

export class PresenceDto {
  @Optional()
  @Matches(ROOM)
  room?: string;

  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_USERS)
  @IsString({ each: true })
  @MaxLength(128, { each: true })
  users?: string[];

  @Optional()
  @IsBoolean()
  watch?: boolean;
}

function IsSmallDocument(): PropertyDecorator {
  return ValidateBy({
    name: 'isSmallDocument',
    validator: {
      validate: (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_META_BYTES,
    },
  });
}
