import type { NewUpdate } from '../../src/ports/update-store.port.js';

interface Kept {
  readonly update: NewUpdate;
  /** Those it is still kept for; undefined: whoever is not left out. */
  users: Set<string> | undefined;
  isGone: boolean;
}

/** What an update store keeps for whom, in plain lists: audiences are taken to match everybody. */
export class UpdateModel {
  private readonly kept: Kept[] = [];
  private readonly sent: NewUpdate[] = [];
  private readonly acked = new Set<string>();
  private readonly cancelled = new Set<string>();

  constructor(private readonly maxInbox: number) {}

  send(update: NewUpdate): void {
    this.sent.push(update);
    const { delivery, target, sentAt } = update;
    if (delivery === 'live') {
      return;
    }
    const users = target.kind === 'users' ? new Set(target.users) : undefined;
    const rivals = this.kept.filter(
      (kept) => !kept.isGone && (kept.users === undefined) === (users === undefined),
    );
    this.kept.push({ update, users, isGone: false });
    if (delivery === 'latest') {
      for (const rival of rivals.filter(
        ({ update: { collapseKey } }) => collapseKey === update.collapseKey,
      )) {
        if (users !== undefined) {
          users.forEach((user) => rival.users!.delete(user));
        } else if (scopeOf(rival.update) === scopeOf(update)) {
          rival.isGone = true;
        }
      }
      return;
    }
    for (const user of users ?? ['everybody']) {
      const inbox = this.kept.filter(
        (kept) =>
          !kept.isGone &&
          (users === undefined ? kept.users === undefined : kept.users?.has(user) === true) &&
          kept.update.delivery === 'inbox' &&
          kept.update.expiresAt > sentAt,
      );
      for (const oldest of inbox.slice(0, -this.maxInbox)) {
        if (users === undefined) {
          oldest.isGone = true;
        } else {
          oldest.users!.delete(user);
        }
      }
    }
  }

  ack(id: string, user: string, device: string): void {
    const { target, except } = this.find(id);
    const isMeant = target.kind !== 'users' || target.users.includes(user);
    if (isMeant && !except.users.includes(user)) {
      this.acked.add(`${id} ${user} ${device}`);
    }
  }

  /** Whether there was anything to cancel. */
  cancel(id: string, now: number): boolean {
    if (this.cancelled.has(id) || this.find(id).expiresAt <= now) {
      return false;
    }
    this.cancelled.add(id);
    this.kept.filter(({ update }) => update.id === id).forEach((kept) => (kept.isGone = true));
    return true;
  }

  pending(user: string, device: string, now: number): string[] {
    const own = this.kept.filter(
      ({ update, users, isGone }) =>
        !isGone && (users === undefined ? !update.except.users.includes(user) : users.has(user)),
    );
    return own
      .filter(({ update: { collapseKey } }, index) =>
        collapseKey === undefined
          ? true
          : !own.slice(index + 1).some(({ update: newer }) => newer.collapseKey === collapseKey),
      )
      .filter(({ update }) => update.expiresAt > now && !this.acked.has(`${update.id} ${user} ${device}`))
      .map(({ update }) => update.id);
  }

  /** One of the updates so far. */
  pick(number: number): string | undefined {
    return this.sent.at(-1 - (number % Math.max(this.sent.length, 1)))?.id;
  }

  private find(id: string): NewUpdate {
    return this.sent.find((update) => update.id === id)!;
  }
}

const scopeOf = ({ target, except }: NewUpdate): string => JSON.stringify([target, except.users]);
