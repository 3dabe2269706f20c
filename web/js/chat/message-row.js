/** One line of the message list as elements. Drawn again in place, so that focus and selection stay. */
import { clockTime, fromTemplate, setText } from '../dom.js';

const HUES = 8;

/** How long a delete button waits for the second click. */
const CONFIRM_MS = 3_000;

/** An element for a row of this kind; `draw` shows a row in it. */
export function createRow(row, onAction) {
  return row.kind === 'message' ? createMessage(onAction) : createLine(row);
}

function createLine({ kind }) {
  const { root, parts } = fromTemplate('chat-line');
  root.dataset.kind = kind;
  root.dataset.testid = kind === 'event' ? 'chat-event' : `${kind}-divider`;
  return {
    root,
    draw: ({ text, time, isPartial = false }) => {
      root.dataset.partial = String(isPartial);
      setText(parts.text, text ?? dayText(time));
    },
  };
}

function createMessage(onAction) {
  const { root, parts } = fromTemplate('chat-message');
  let current;
  let drawn = [];
  let confirmTimer;
  const on = (name, action) => parts[name].addEventListener('click', () => onAction(action, current));
  on('edit', 'edit');
  on('retry', 'retry');
  on('discard', 'discard');
  parts.delete.addEventListener('click', () => {
    if (parts.delete.dataset.armed === undefined) {
      arm();
    } else {
      disarm();
      onAction('delete', current);
    }
  });

  function arm() {
    parts.delete.dataset.armed = '';
    setText(parts.delete, 'Really?');
    confirmTimer = setTimeout(disarm, CONFIRM_MS);
  }

  function disarm() {
    clearTimeout(confirmTimer);
    delete parts.delete.dataset.armed;
    setText(parts.delete, 'Delete');
  }

  return {
    root,
    draw: (row, mayDeleteAll) => {
      current = row;
      const look = lookOf(row, mayDeleteAll);
      if (look.some((value, index) => value !== drawn[index])) {
        drawn = look;
        drawMessage(root, parts, row, mayDeleteAll);
      }
    },
  };
}

/** Everything of a row that can change: most rows are asked to be drawn again as they are. */
function lookOf({ message, pending, isMissed, isFollowUp }, mayDeleteAll) {
  const { body, seq, time, editedAt, deletedAt } = message;
  return [body, seq, time, editedAt, deletedAt, pending?.state, isMissed, isFollowUp, mayDeleteAll];
}

function drawMessage(root, parts, { message, pending, isOwn, isMissed, isFollowUp }, mayDeleteAll) {
  const { from, body, seq, time, editedAt, deletedAt } = message;
  const isDeleted = deletedAt !== undefined;
  const isStored = pending === undefined;
  root.dataset.own = String(isOwn);
  root.dataset.missed = String(isMissed);
  root.dataset.followUp = String(isFollowUp);
  root.dataset.state = isStored ? 'stored' : pending.state;
  root.dataset.deleted = String(isDeleted);
  root.dataset.seq = seq ?? '';
  parts.avatar.dataset.hue = hueOf(from);
  setText(parts.avatar, [...from][0].toUpperCase());
  setText(parts.from, from);
  setText(parts.time, clockTime(new Date(time)).slice(0, 5));
  parts.time.title = new Date(time).toLocaleString('en-GB');
  setText(parts.body, isDeleted ? 'This message was deleted' : body);
  parts.edited.hidden = editedAt === undefined || isDeleted;
  setText(parts.state, stateText(pending));
  parts.failure.hidden = pending?.state !== 'refused';
  setText(parts.reason, pending?.reason ?? '');
  parts.actions.hidden = !isStored || isDeleted || !(isOwn || mayDeleteAll);
  parts.edit.hidden = !isOwn;
}

function stateText(pending) {
  switch (pending?.state) {
    case undefined:
    case 'refused':
      return '';
    case 'sending':
      return 'sending…';
    case 'held':
      return 'held back';
    default:
      return 'waiting…';
  }
}

function dayText(time) {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? 'Today'
    : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

/** The same colour for a name everywhere. */
export function hueOf(name) {
  let hash = 0;
  for (const character of name) {
    hash = (hash * 31 + character.codePointAt(0)) % 65_521;
  }
  return hash % HUES;
}
