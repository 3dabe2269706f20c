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
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { type MemberAction, type Role, ROLES } from '../../protocol/chat.js';
import type { RoomOrPeer } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { STORABLE } from '../../protocol/storable-text.js';
import { Optional } from '../../transport/http/optional.decorator.js';
import { Verbatim } from '../../transport/http/verbatim.decorator.js';
import { CLIENT_MSG_ID, IsSmallDocument, ROOM, USER } from './chat-patterns.js';

export const MAX_PAGE = 500;
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
  @Max(Number.MAX_SAFE_INTEGER)
  since?: number;

  @Optional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
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
  @Verbatim()
  meta?: Record<string, unknown>;
}

export class TargetDto extends RoomDto {
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
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
  @Max(Number.MAX_SAFE_INTEGER)
  since?: number;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
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
  @Max(Number.MAX_SAFE_INTEGER)
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

  /** Needed by `role`; of `added`, the default is `member`. */
  @ValidateIf(({ action, role }: ModerateDto) => action === 'role' || role !== undefined)
  @IsIn(ROLES)
  role?: Role;

  @Optional()
  @IsInt()
  @Min(1)
  @Max(315_360_000)
  @OnlyWithAnEnd()
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

/** Only mutes and bans end by themselves. */
function OnlyWithAnEnd(): PropertyDecorator {
  return ValidateBy({
    name: 'onlyWithAnEnd',
    validator: {
      validate: (_value, context?: ValidationArguments) => {
        const order = context?.object as ModerateDto | undefined;
        return order?.action === 'muted' || order?.action === 'banned';
      },
    },
  });
}
