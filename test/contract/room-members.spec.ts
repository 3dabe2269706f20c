import { beforeEach, expect, it } from '@jest/globals';
import type { MessageStore } from '../../src/ports/message-store.port.js';
import type { MemberChange, MemberChangeOutcome, RoomStore } from '../../src/ports/room-store.port.js';
import { memberChange, messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('RoomStore.changeMember', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;
  let room: string;

  beforeEach(async () => {
    ({ rooms, messages: log } = store());
    room = fresh('room');
    await rooms.create({ id: room, kind: 'public', owner: 'olga' }, 1_000);
    await change({ user: 'max', role: 'moderator' });
    await change({ user: 'mia', role: 'member' });
  });

  const change = (fields: Partial<MemberChange>): Promise<MemberChangeOutcome> =>
    rooms.changeMember(memberChange(room, fields));
  /** What becomes of a change that `by` may make only with the rights. */
  const outcomeOf = async (by: string, fields: Partial<MemberChange>): Promise<string> =>
    (await change({ by, checkRights: true, ...fields })).outcome;
  const enter = (user: string, time = 4_000): ReturnType<RoomStore['enter']> =>
    rooms.enter(room, user, { time, maxMembers: 0 });

  it('changes and logs in one step, with the next number of the room', async () => {
    const outcome = await change({
      user: 'mia',
      action: 'muted',
      by: 'max',
      until: 9_000,
      reason: 'spam',
      time: 5_000,
    });
    const event = {
      type: 'member',
      room,
      seq: 3,
      from: 'max',
      time: 5_000,
      user: 'mia',
      action: 'muted',
      until: 9_000,
      reason: 'spam',
    };
    const member = await rooms.member(room, 'mia');
    expect(outcome).toEqual({ outcome: 'changed', event, member });
    expect(member).toMatchObject({ mutedUntil: 9_000, isActive: true });
    const page = (await log.page(room, { limit: 10 }))!;
    expect(page.messages.at(-1)).toEqual(event);
    expect(page.messages[0]).toMatchObject({ action: 'added', user: 'max', role: 'moderator' });
    expect(page.head).toBe(3);
  });

  it('logs nothing when there is nothing to do', async () => {
    const changes: Partial<MemberChange>[] = [
      { user: 'mia', action: 'added', role: 'member' },
      { user: 'mia', action: 'role', role: 'member' },
      { user: 'mia', action: 'unmuted' },
      { user: 'mia', action: 'unbanned' },
    ];
    for (const fields of changes) {
      expect(await change(fields)).toEqual({ outcome: 'unchanged', member: await rooms.member(room, 'mia') });
    }
    await change({ user: 'mia', action: 'muted' });
    await change({ user: 'max', action: 'banned', until: 7_000 });
    expect(await change({ user: 'mia', action: 'muted' })).toMatchObject({ outcome: 'unchanged' });
    expect(await change({ user: 'max', action: 'banned', until: 7_000 })).toMatchObject({
      outcome: 'unchanged',
    });
    expect(await change({ user: 'max', action: 'kicked' })).toMatchObject({ outcome: 'unchanged' });
    expect((await rooms.find(room))!.head).toBe(4);
  });

  it.each(['left', 'removed', 'kicked', 'role', 'muted', 'unmuted', 'unbanned'] as const)(
    'has no member to change for "%s" of a stranger',
    async (action) => {
      expect(await change({ user: 'stranger', action, role: 'reader' })).toEqual({ outcome: 'no_member' });
    },
  );

  it('knows no room that is not there', async () => {
    expect(await rooms.changeMember(memberChange('no-such-room', {}))).toEqual({ outcome: 'no_room' });
  });

  it.each(['left', 'removed', 'kicked'] as const)(
    'ends a membership with "%s", and takes it up again',
    async (action) => {
      await rooms.markRead(room, 'mia', 1);
      expect(await change({ user: 'mia', action })).toMatchObject({ member: { isActive: false } });
      expect(await change({ user: 'mia', action: 'role', role: 'reader' })).toEqual({ outcome: 'no_member' });
      expect(await enter('mia')).toMatchObject({
        member: { isActive: true, joinedAt: 4_000, role: 'member' },
      });
    },
  );

  it('gives one who comes back no role of before', async () => {
    await change({ user: 'max', action: 'kicked' });
    expect(await enter('max')).toMatchObject({ member: { role: 'member' } });
    await change({ user: 'max', action: 'removed' });
    expect(await change({ user: 'max', role: 'reader' })).toMatchObject({
      member: { role: 'reader', isActive: true },
    });
  });

  it.each(['left', 'removed', 'kicked'] as const)(
    'makes a writer of no reader by "%s" and back',
    async (action) => {
      await change({ user: 'mia', action: 'role', role: 'reader' });
      await change({ user: 'mia', action, by: 'mia' });
      expect(await enter('mia')).toMatchObject({ member: { role: 'reader', isActive: true } });
      expect(await log.append(messageFrom('mia', room))).toEqual({ outcome: 'forbidden' });
    },
  );

  it('adds and logs a member where no role is said', async () => {
    const { room: id, user, action, by, checkRights, time, maxMembers } = memberChange(room, { user: 'new' });
    const added = await rooms.changeMember({ room: id, user, action, by, checkRights, time, maxMembers });
    expect(added).toMatchObject({ event: { role: 'member' }, member: { role: 'member' } });
  });

  it('keeps a mute with an end over leaving and coming back', async () => {
    await change({ user: 'mia', action: 'muted', until: 9_000 });
    await change({ user: 'mia', action: 'left', by: 'mia' });
    expect(await enter('mia')).toMatchObject({ member: { mutedUntil: 9_000 } });
    expect(await log.append(messageFrom('mia', room, { time: 8_999 }))).toEqual({
      outcome: 'muted',
      until: 9_000,
    });
  });

  it('keeps a mute over leaving and coming back', async () => {
    await change({ user: 'mia', action: 'muted' });
    await change({ user: 'mia', action: 'left' });
    expect(await enter('mia')).toMatchObject({ member: { mutedUntil: Infinity } });
    expect(await change({ user: 'mia', action: 'unmuted' })).toMatchObject({
      outcome: 'changed',
      member: { mutedUntil: undefined },
    });
  });

  it('keeps a banned user out until the ban ends or is lifted', async () => {
    const banned = await change({ user: 'mia', action: 'banned', until: 8_000 });
    expect(banned).toMatchObject({
      event: { until: 8_000 },
      member: { isActive: false, bannedUntil: 8_000 },
    });
    expect(await enter('mia', 7_999)).toBeUndefined();
    expect(await change({ user: 'mia', time: 7_999 })).toEqual({ outcome: 'refused' });
    expect(await enter('mia', 8_000)).toMatchObject({ member: { isActive: true, bannedUntil: undefined } });

    await change({ user: 'mia', action: 'banned' });
    expect(await rooms.member(room, 'mia')).toMatchObject({ bannedUntil: Infinity });
    expect(await enter('mia', 9e12)).toBeUndefined();
    expect(await change({ user: 'mia', action: 'unbanned' })).toMatchObject({ member: { isActive: false } });
    expect(await enter('mia')).toMatchObject({ member: { isActive: true } });
  });

  it('bans somebody who was never there', async () => {
    expect(await change({ user: 'troll', action: 'banned' })).toMatchObject({ outcome: 'changed' });
    expect(await enter('troll')).toBeUndefined();
    expect((await rooms.members(room, '', 10))!.map(({ user }) => user)).toEqual(['max', 'mia', 'olga']);
  });

  it('refuses members beyond the bound, not changes of those inside', async () => {
    expect(await change({ user: 'new', maxMembers: 3 })).toEqual({ outcome: 'full' });
    expect(await change({ user: 'mia', role: 'reader', maxMembers: 3 })).toMatchObject({
      outcome: 'changed',
    });
    expect(await change({ user: 'new', maxMembers: 4 })).toMatchObject({ outcome: 'changed' });
  });

  it('gives rights over those below only', async () => {
    await change({ user: 'moritz', role: 'moderator' });
    expect(await outcomeOf('stranger', { user: 'mia', action: 'kicked' })).toBe('refused');
    expect(await outcomeOf('mia', { user: 'new', action: 'added', role: 'reader' })).toBe('refused');
    expect(await outcomeOf('mia', { user: 'mia', action: 'unmuted' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'moritz', action: 'muted' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'olga', action: 'banned' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'max', action: 'role', role: 'owner' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'mia', action: 'role', role: 'moderator' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'new', action: 'added', role: 'owner' })).toBe('refused');
    expect(await outcomeOf('max', { user: 'mia', action: 'role', role: 'reader' })).toBe('changed');
    expect(await outcomeOf('max', { user: 'new', action: 'added', role: 'member' })).toBe('changed');
    expect(await outcomeOf('max', { user: 'mia', action: 'kicked' })).toBe('changed');
    expect(await outcomeOf('olga', { user: 'max', action: 'role', role: 'owner' })).toBe('changed');
    await change({ user: 'moritz', action: 'kicked' });
    expect(await outcomeOf('moritz', { user: 'new', action: 'kicked' })).toBe('refused');
  });

  it('never leaves a room without an owner by a change that needs rights', async () => {
    const losses: Partial<MemberChange>[] = [
      { action: 'role', role: 'member' },
      { action: 'added', role: 'member' },
      { action: 'kicked' },
      { action: 'banned' },
    ];
    for (const loss of losses) {
      expect(await outcomeOf('olga', { user: 'olga', ...loss })).toBe('refused');
    }
    await change({ user: 'otto', role: 'owner' });
    const both = await Promise.all([
      outcomeOf('olga', { user: 'otto', action: 'role', role: 'member' }),
      outcomeOf('otto', { user: 'olga', action: 'role', role: 'member' }),
    ]);
    expect(both.toSorted()).toEqual(['changed', 'refused']);
  });

  it('lets the last owner leave', async () => {
    expect(await change({ user: 'olga', action: 'left', by: 'olga' })).toMatchObject({ outcome: 'changed' });
    expect(await enter('olga')).toMatchObject({ member: { role: 'member' } });
  });

  it('changes nobody in a direct room', async () => {
    const id = fresh('dm');
    await rooms.openDirect(id, ['olga', 'max'], 1_000);
    for (const action of ['left', 'banned', 'muted', 'added'] as const) {
      expect(await rooms.changeMember(memberChange(id, { user: 'max', action }))).toEqual({
        outcome: 'refused',
      });
    }
  });

  it('numbers changes and messages that come together without holes', async () => {
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const outcomes = await Promise.all(
      users.flatMap((user) => [change({ user }), change({ user, action: 'kicked' }), enter(user)]),
    );
    expect(outcomes.length).toBe(120);
    const { messages, head } = (await log.page(room, { limit: 500 }))!;
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  });
});
