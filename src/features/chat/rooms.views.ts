import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Member, Room } from '../../ports/room-store.port.js';
import { type Role, ROLES, type RoomKind } from '../../protocol/chat.js';

/** A room as the back office sees it. Times are epoch milliseconds. */
export class RoomView {
  @ApiProperty()
  readonly room!: string;
  @ApiProperty({ enum: ['public', 'private', 'direct'] })
  readonly kind!: RoomKind;
  @ApiPropertyOptional()
  readonly title?: string;
  @ApiProperty({ description: 'Changes when the numbers of the room start anew' })
  readonly epoch!: number;
  @ApiProperty()
  readonly slowModeSeconds!: number;
  @ApiProperty({ description: 'Newest `seq`; 0 while the room is empty' })
  readonly head!: number;
  @ApiProperty({ description: 'Oldest `seq` kept' })
  readonly first!: number;
  @ApiProperty()
  readonly createdAt!: number;
}

export class RoomPageView {
  @ApiProperty({ type: [RoomView] })
  readonly rooms!: readonly RoomView[];
  @ApiProperty({ type: String, nullable: true, description: 'Hand it over as `after` to go on' })
  readonly next!: string | null;
}

/** Ends of mutes and bans are null while there is none, -1 for one without end. */
export class MemberView {
  @ApiProperty()
  readonly user!: string;
  @ApiProperty({ enum: ROLES })
  readonly role!: Role;
  @ApiProperty({ description: 'False for one who left, or was removed, kicked or banned' })
  readonly isActive!: boolean;
  @ApiProperty()
  readonly joinedAt!: number;
  @ApiProperty({ description: 'Newest `seq` read' })
  readonly read!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Epoch milliseconds; -1: until lifted' })
  readonly mutedUntil!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Epoch milliseconds; -1: until lifted' })
  readonly bannedUntil!: number | null;
}

export class MemberPageView {
  @ApiProperty({ type: [MemberView] })
  readonly members!: readonly MemberView[];
  @ApiProperty({ type: String, nullable: true, description: 'Hand it over as `after` to go on' })
  readonly next!: string | null;
}

export function viewOfRoom({
  id,
  kind,
  title,
  epoch,
  slowModeSeconds,
  head,
  first,
  createdAt,
}: Room): RoomView {
  return {
    room: id,
    kind,
    ...(title !== undefined && { title }),
    epoch,
    slowModeSeconds,
    head,
    first,
    createdAt,
  };
}

export function viewOfMember({
  user,
  role,
  isActive,
  joinedAt,
  read,
  mutedUntil,
  bannedUntil,
}: Member): MemberView {
  return {
    user,
    role,
    isActive,
    joinedAt,
    read,
    mutedUntil: endOf(mutedUntil),
    bannedUntil: endOf(bannedUntil),
  };
}

const endOf = (until: number | undefined): number | null =>
  until === undefined ? null : until === Infinity ? -1 : until;
