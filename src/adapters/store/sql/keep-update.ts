import type { Kysely } from 'kysely';
import type { OutgoingUpdate } from '../../../ports/update-store.port.js';
import { keepForNamed } from './named-updates.js';
import type { Schema } from './schema.js';
import { keepStanding } from './standing-updates.js';

/** What an update that is being sent leaves behind for those who connect later: nothing, if it is live. */
export async function keepUpdate(
  tx: Kysely<Schema>,
  update: OutgoingUpdate,
  maxInbox: number,
): Promise<void> {
  if (update.delivery === 'live') {
    return;
  }
  const { target, except } = update;
  if (target.kind === 'users') {
    const left = new Set(except.users);
    // In one order, so that two sends to the same users wait for each other and not both at once.
    const users = [...new Set(target.users)].filter((user) => !left.has(user)).toSorted();
    await keepForNamed(tx, update, users, maxInbox);
  } else {
    await keepStanding(tx, update, maxInbox);
  }
}
