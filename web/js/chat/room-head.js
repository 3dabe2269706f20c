/** The head of the open room: its name and who is there. Events: `direct` (detail: user). */
import { byId, fromTemplate, setText } from '../dom.js';
import { hueOf } from './message-row.js';

const MAX_NAMED = 12;

export class RoomHead extends EventTarget {
  #people = byId('chat-people');
  #shown = '';

  draw({ room, me, presence, typing }) {
    setText(byId('chat-room-name'), room === undefined ? 'Chat' : room.name);
    setText(byId('chat-room-note'), room === undefined ? '' : noteOf(room, presence));
    setText(byId('chat-typing'), typingText(typing));
    this.#drawPeople(room === undefined || room.kind === 'direct' ? [] : presence.people, me);
  }

  #drawPeople(people, me) {
    const named = people.filter((user) => user !== me).slice(0, MAX_NAMED);
    const text = named.join(' ');
    // Made anew only for other people: a focused name keeps the focus.
    if (text !== this.#shown) {
      this.#shown = text;
      this.#people.replaceChildren(...named.map((user) => this.#person(user)));
    }
  }

  #person(user) {
    const { root, parts } = fromTemplate('chat-person');
    root.dataset.user = user;
    parts.dot.dataset.hue = hueOf(user);
    setText(parts.name, user);
    parts.open.title = `Write to ${user}`;
    parts.open.addEventListener('click', () =>
      this.dispatchEvent(new CustomEvent('direct', { detail: user })),
    );
    return root;
  }
}

function noteOf({ kind, peer }, presence) {
  if (kind === 'direct') {
    return presence.isOnline(peer) ? 'online' : 'offline: gets it later';
  }
  const { length } = presence.people;
  return length === 0 ? '' : `${length} here`;
}

function typingText(users) {
  switch (users.length) {
    case 0:
      return '';
    case 1:
      return `${users[0]} is typing…`;
    case 2:
      return `${users[0]} and ${users[1]} are typing…`;
    default:
      return `${users.length} people are typing…`;
  }
}
