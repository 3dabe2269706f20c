import type { NewMessage } from '../../src/ports/message-store.port.js';
import type { MemberChange } from '../../src/ports/room-store.port.js';
import { fresh } from './chat-stores.js';

/** A message with a key and an id of its own, unless `fields` say otherwise. */
export function messageFrom(from: string, room: string, fields: Partial<NewMessage> = {}): NewMessage {
  return {
    room,
    from,
    clientMsgId: fresh('key'),
    id: fresh('id'),
    time: 2_000,
    body: 'hello',
    sentBody: fields.body ?? 'hello',
    isSystem: false,
    ...fields,
  };
}

/** A change by the back office, unless `fields` say otherwise. */
export function memberChange(room: string, fields: Partial<MemberChange>): MemberChange {
  return {
    room,
    user: 'bob',
    action: 'added',
    by: 'api-key:ci',
    checkRights: false,
    ...(fields.action === undefined || fields.action === 'added' ? { role: 'member' } : {}),
    time: 3_000,
    maxMembers: 0,
    ...fields,
  };
}
