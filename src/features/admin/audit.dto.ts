import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';
import type { AuditEntry } from '../../ports/audit-log.port.js';
import { Optional } from '../../transport/http/optional.decorator.js';

const MAX_PAGE = 500;

export class AuditQueryDto {
  @ApiPropertyOptional({ description: 'The `next` of the page before' })
  @Optional()
  @IsUUID()
  before?: string;

  @ApiPropertyOptional({ description: 'A user, or `api-key:<name>`' })
  @Optional()
  @IsString()
  @MaxLength(140)
  actor?: string;

  @ApiPropertyOptional({ description: 'For example `members.ban`' })
  @Optional()
  @IsString()
  @MaxLength(128)
  action?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = 100;
}

class AuditEntryView implements AuditEntry {
  @ApiProperty()
  readonly id!: string;
  @ApiProperty({ description: 'Epoch milliseconds' })
  readonly time!: number;
  @ApiProperty({ description: 'User of the token, or `api-key:<name>`' })
  readonly actor!: string;
  @ApiProperty()
  readonly action!: string;
  @ApiProperty({ type: Object, description: 'Ids of what it was done to; never a payload' })
  readonly target!: Readonly<Record<string, unknown>>;
  @ApiProperty({ enum: ['done', 'refused', 'failed'] })
  readonly outcome!: AuditEntry['outcome'];
  @ApiProperty({ type: Object, description: 'Status and counts, for example `matched`' })
  readonly result!: Readonly<Record<string, unknown>>;
}

export class AuditPageView {
  @ApiProperty({ type: [AuditEntryView] })
  readonly entries!: readonly AuditEntryView[];
  @ApiProperty({ type: String, nullable: true, description: 'Hand it over as `before` to go on' })
  readonly next!: string | null;
}
