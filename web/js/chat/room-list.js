/** The user's rooms and direct chats with their unread counts. Events: `open` (detail: room), `start` (detail: name). */
import { byId, fromTemplate, setText } from '../dom.js';

const MAX_COUNTED = 1_000;

export class RoomList extends EventTarget {
  #shown = new Map();

  constructor() {
    super();
    byId('chat-start').addEventListener('submit', (event) => {
      event.preventDefault();
      const name = byId('chat-start-name').value.trim();
      if (name !== '') {
        this.dispatchEvent(new CustomEvent('start', { detail: name }));
      }
    });
  }

  /** The name that was typed has led somewhere, or not. */
  answerStart(problem = '') {
    setText(byId('chat-start-problem'), problem);
    if (problem === '') {
      byId('chat-start-name').value = '';
    }
  }

  /** @param view `rooms`, the name of the `open` one, whether its news are being `isRead`, and `isOnline` of a user */
  draw({ rooms, open, isRead, isOnline }) {
    const gone = new Set(this.#shown.keys());
    for (const room of rooms) {
      gone.delete(room.room);
      const parts = this.#shown.get(room.room) ?? this.#add(room);
      const isOpen = room.room === open;
      // The open room is read as it comes: a number would only flash.
      drawRoom(parts, room, isOpen, isOpen && isRead ? 0 : room.unread, isOnline);
    }
    gone.forEach((room) => this.#remove(room));
    byId('chat-direct-title').hidden = !rooms.some(({ kind }) => kind === 'direct');
  }

  #add({ room, kind }) {
    const { root, parts } = fromTemplate('chat-room');
    root.dataset.room = room;
    parts.open.addEventListener('click', () => this.dispatchEvent(new CustomEvent('open', { detail: room })));
    byId(kind === 'direct' ? 'chat-direct-list' : 'chat-room-list').append(root);
    this.#shown.set(room, { root, ...parts });
    return this.#shown.get(room);
  }

  #remove(room) {
    this.#shown.get(room).root.remove();
    this.#shown.delete(room);
  }
}

function drawRoom(parts, { name, kind, peer }, isOpen, unread, isOnline) {
  parts.root.dataset.open = String(isOpen);
  parts.open.ariaCurrent = isOpen ? 'true' : null;
  setText(parts.name, name);
  setText(parts.mark, kind === 'direct' ? '' : '#');
  parts.presence.hidden = kind !== 'direct';
  parts.presence.dataset.online = String(isOnline(peer) === true);
  setText(parts.presenceText, kind === 'direct' && isOnline(peer) === true ? 'online' : '');
  setText(parts.unread, unread >= MAX_COUNTED ? `${MAX_COUNTED - 1}+` : String(unread));
  parts.badge.hidden = unread === 0;
}
