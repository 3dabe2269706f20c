import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeliveryMode, UpdateTarget } from '../../ports/update-store.port.js';

const STATES = ['scheduled', 'sending', 'done', 'cancelled', 'expired'] as const;
const USER_STATES = ['waiting', 'sent', 'acked', 'superseded', 'overflowed', 'expired', 'cancelled'] as const;

export class MatchedView {
  @ApiProperty()
  readonly users!: number;
  @ApiProperty()
  readonly connections!: number;
}

export class RejectedUserView {
  @ApiProperty()
  readonly user!: string;
  @ApiProperty({ enum: ['validation'] })
  readonly code!: string;
}

/** The answer to a send. */
export class UpdateResultView {
  @ApiProperty({ format: 'uuid' })
  readonly updateId!: string;
  @ApiProperty({ description: 'The answer of an earlier request with the same Idempotency-Key' })
  readonly duplicate!: boolean;
  @ApiProperty({ type: MatchedView, description: 'Who is connected; zeros while it is scheduled' })
  readonly matched!: MatchedView;
  @ApiProperty({ description: 'Named users without a connection for whom it is kept' })
  readonly offlineQueued!: number;
  @ApiProperty({ type: [RejectedUserView], description: 'Names that no user can have' })
  readonly rejected!: readonly RejectedUserView[];
  @ApiProperty()
  readonly dryRun!: boolean;
}

/** What became of an update so far, counted in devices. Times are epoch milliseconds. */
export class UpdateReport {
  @ApiProperty({ format: 'uuid' })
  readonly updateId!: string;
  @ApiProperty({ enum: STATES, description: '`expired`: its time ended before anybody got it' })
  readonly state!: (typeof STATES)[number];
  @ApiProperty()
  readonly event!: string;
  @ApiProperty({ enum: ['live', 'latest', 'inbox'] })
  readonly delivery!: DeliveryMode;
  @ApiProperty({ enum: ['all', 'audience', 'users'] })
  readonly target!: UpdateTarget['kind'];
  @ApiProperty()
  readonly createdAt!: number;
  @ApiPropertyOptional({ description: 'Of a scheduled update' })
  readonly notBefore?: number;
  @ApiPropertyOptional()
  readonly sentAt?: number;
  @ApiProperty()
  readonly expiresAt!: number;
  @ApiProperty({ description: 'Devices it was meant for; those that connect while it is kept are added' })
  readonly matched!: number;
  @ApiProperty({ description: 'Devices whose socket took it' })
  readonly written!: number;
  @ApiProperty({ description: 'Devices that acknowledged. The others are unknown, not failed' })
  readonly acked!: number;
  @ApiProperty({ description: 'Connections that ended before they took it' })
  readonly droppedSlow!: number;
  @ApiProperty({ description: 'Never written in time: connections, and named users who never came' })
  readonly expired!: number;
  @ApiProperty({ description: 'Named users for whom a newer value came; 1 where nobody is named' })
  readonly superseded!: number;
  @ApiProperty({ description: 'Named users whose inbox was full; 1 where nobody is named' })
  readonly overflowed!: number;
}

export class DeviceReport {
  @ApiProperty()
  readonly device!: string;
  @ApiProperty()
  readonly acked!: boolean;
  @ApiPropertyOptional()
  readonly ackedAt?: number;
}

export class UserReport {
  @ApiProperty()
  readonly user!: string;
  @ApiProperty({ enum: USER_STATES, description: '`waiting`: none of their devices has been here yet' })
  readonly state!: (typeof USER_STATES)[number];
  @ApiProperty({ type: [DeviceReport], description: 'Devices with a name, and all that acknowledged' })
  readonly devices!: readonly DeviceReport[];
}

/** A report, with users when they were asked for. */
export class UpdateReportView extends UpdateReport {
  @ApiPropertyOptional({ type: [UserReport] })
  readonly perUser?: readonly UserReport[];
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Hand it over as `after` to go on' })
  readonly next?: string | null;
}

export class UpdatePageView {
  @ApiProperty({ type: [UpdateReport] })
  readonly updates!: readonly UpdateReport[];
  @ApiProperty({ type: String, nullable: true, description: 'Hand it over as `before` to go on' })
  readonly next!: string | null;
}
