import { Injectable } from '@nestjs/common';
import { Clock } from '../../ports/clock.port.js';
import { UpdateStore } from '../../ports/update-store.port.js';
import { DeliveryRecords } from './delivery-records.js';
import { reportOf, userReportOf } from './update-report.js';
import type { UpdatePageView, UpdateReport, UserReport } from './updates.views.js';

/** A page of users by name; `next` is the last of them when more follow. */
export interface UserReportPage {
  readonly perUser: readonly UserReport[];
  readonly next: string | null;
}

/** What became of updates. */
@Injectable()
export class UpdateReports {
  constructor(
    private readonly store: UpdateStore,
    private readonly records: DeliveryRecords,
    private readonly clock: Clock,
  ) {}

  /** As far as it is known now: what is gathered in memory is written first. */
  async report(id: string): Promise<UpdateReport | undefined> {
    await this.records.write();
    const record = await this.store.find(id);
    return record && reportOf(record, this.clock.epochMs());
  }

  /** The users of an update, by name. */
  async users(id: string, after: string, limit: number): Promise<UserReportPage> {
    const record = await this.store.find(id);
    if (record === undefined) {
      return { perUser: [], next: null };
    }
    const users = await this.store.users(id, after, limit);
    const now = this.clock.epochMs();
    return {
      perUser: users.map((user) => userReportOf(user, record, now)),
      next: users.length === limit ? users.at(-1)!.user : null,
    };
  }

  /** Newest first. */
  async list(before: string | undefined, limit: number): Promise<UpdatePageView> {
    const records = await this.store.list(before, limit);
    const now = this.clock.epochMs();
    return {
      updates: records.map((record) => reportOf(record, now)),
      next: records.length === limit ? records.at(-1)!.id : null,
    };
  }
}
