/** What the message list shows of a stretch of a log: messages, dividers, days, events, and what waits to be sent. */

/** Messages of one author this close together share a heading. */
const GROUP_MS = 300_000;

/**
 * @param view `log.rows` from `start` to `end` are shown; `unreadAfter`: the seq after which the unread divider
 * stands, if anywhere; `pending`: messages that are not stored yet
 */
export function messageRows({ log, start, end, pending, unreadAfter, me }) {
  const shown = [];
  let previous = log.rows[start - 1];
  let previousMissed = previous && log.missedWith(previous);
  const firstUnread = firstUnreadOf(log, unreadAfter, me);
  for (const row of log.rows.slice(start, end)) {
    const missed = log.missedWith(row);
    if (!isSameDay(previous, row)) {
      shown.push({ key: `day-${row.seq}`, kind: 'day', time: row.time });
      previous = undefined;
    }
    if (missed && missed !== previousMissed) {
      shown.push({
        key: `missed-${missed.after}`,
        kind: 'missed',
        text: missedText(missed, log),
        isPartial: isPartial(missed, log),
      });
      previous = undefined;
    } else if (row === firstUnread) {
      shown.push({ key: 'unread', kind: 'unread', text: 'New messages' });
      previous = undefined;
    }
    shown.push(rowOf(row, previous, missed !== undefined, me));
    previousMissed = missed ?? previousMissed;
    previous = row;
  }
  for (const item of pending) {
    const row = { type: 'message', from: me, ...item };
    shown.push({ ...rowOf(row, previous, false, me), pending: item });
    previous = row;
  }
  return shown;
}

function rowOf(row, previous, isMissed, me) {
  if (row.type === 'member') {
    return { key: `s${row.seq}`, kind: 'event', text: eventText(row), time: row.time };
  }
  const isOwn = row.from === me;
  return {
    // The same before and after it was stored, so that the row stays the same row.
    key: isOwn ? `c${row.clientMsgId}` : `s${row.seq}`,
    kind: 'message',
    message: row,
    isOwn,
    isMissed,
    isFollowUp: isFollowUp(row, previous),
  };
}

function isFollowUp(row, previous) {
  return previous?.type === 'message' && previous.from === row.from && row.time - previous.time < GROUP_MS;
}

/** Where the unread divider stands: nowhere while its place is not held, nor where another one says more. */
function firstUnreadOf(log, unreadAfter, me) {
  if (unreadAfter === undefined || (unreadAfter < log.before - 1 && log.hasOlder)) {
    return undefined;
  }
  const first = log.rows.find(
    ({ type, seq, from }) => type === 'message' && seq > unreadAfter && from !== me,
  );
  return first && log.missedWith(first) ? undefined : first;
}

function isSameDay(previous, row) {
  return (
    previous !== undefined && new Date(previous.time).toDateString() === new Date(row.time).toDateString()
  );
}

/** Its beginning is not held. */
function isPartial({ after }, log) {
  return log.hasOlder && after < log.before - 1;
}

function missedText(missed, log) {
  const count = log.rows.filter((row) => log.missedWith(row) === missed).length;
  const messages = `${count} message${count === 1 ? '' : 's'}`;
  if (isPartial(missed, log)) {
    return `A lot happened while you were away: the newest ${messages} of it, more above`;
  }
  switch (missed.reason) {
    case 'epoch':
    case 'ahead':
      return 'The room began anew while you were away';
    case 'trimmed':
      return `${messages} while you were away; older ones are gone`;
    default:
      return `${messages} while you were away`;
  }
}

function eventText({ from, user, action, role, until, reason }) {
  const by = from === user ? '' : ` by ${from}`;
  const end = until === undefined ? '' : ` until ${new Date(until).toLocaleTimeString('en-GB')}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const what = {
    added: `${user} was added${by}`,
    left: `${user} left`,
    removed: `${user} was removed${by}`,
    role: `${user} is ${role} now`,
    kicked: `${user} was kicked${by}`,
    muted: `${user} was muted${by}${end}`,
    unmuted: `${user} may write again`,
    banned: `${user} was banned${by}${end}`,
    unbanned: `${user} is no longer banned`,
  };
  return (what[action] ?? `${user}: ${action}`) + why;
}
