/**
 * Where a message is written, or an own one rewritten. Every room keeps its draft.
 *
 * Events: `send` (detail: body), `edit` (detail: seq, body), `typed` (detail: text), `last` (the user wants to
 * rewrite the last message).
 */
import { byId } from '../dom.js';

const MAX_HEIGHT_PX = 160;

export class ChatComposer extends EventTarget {
  #text = byId('chat-text');
  #drafts = new Map();
  #room;
  #editing;
  #maxBytes = Infinity;

  constructor() {
    super();
    byId('chat-composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId('chat-edit-cancel').addEventListener('click', () => this.#endEditing());
    this.#text.addEventListener('keydown', (event) => this.#onKey(event));
    this.#text.addEventListener('input', () => this.#onInput());
    this.#fit();
  }

  /** Bytes the body may still grow by; negative when it is too long. */
  get bytesLeft() {
    return this.#maxBytes - new TextEncoder().encode(this.#text.value).length;
  }

  limit(maxBytes) {
    this.#maxBytes = maxBytes;
  }

  open(room) {
    this.#endEditing();
    if (this.#room !== undefined) {
      this.#drafts.set(this.#room, this.#text.value);
    }
    this.#room = room;
    this.#write(this.#drafts.get(room) ?? '');
  }

  /** Gives the text to an own message that is to be rewritten. */
  edit({ seq, body }) {
    this.#drafts.set(this.#room, this.#text.value);
    this.#editing = seq;
    byId('chat-editing').hidden = false;
    this.#write(body);
    this.#text.focus();
  }

  enable(mayWrite) {
    byId('chat-send').disabled = !mayWrite;
  }

  focus() {
    this.#text.focus();
  }

  clear() {
    this.#drafts.clear();
    this.#room = undefined;
    this.#endEditing();
    this.#write('');
  }

  #onKey(event) {
    // The Enter that picks a word of an input method is not the user's.
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === 'Escape' && this.#editing !== undefined) {
      this.#endEditing();
    } else if (event.key === 'ArrowUp' && this.#text.value === '') {
      event.preventDefault();
      this.#announce('last');
    }
  }

  #onInput() {
    this.#fit();
    if (this.#editing === undefined) {
      this.#announce('typed', this.#text.value);
    }
  }

  #submit() {
    const body = this.#text.value.trim();
    if (body === '' || this.bytesLeft < 0 || byId('chat-send').disabled) {
      return;
    }
    if (this.#editing !== undefined) {
      this.#announce('edit', { seq: this.#editing, body });
      this.#endEditing();
      return;
    }
    this.#write('');
    this.#announce('send', body);
  }

  #endEditing() {
    if (this.#editing !== undefined) {
      this.#editing = undefined;
      byId('chat-editing').hidden = true;
      this.#write(this.#drafts.get(this.#room) ?? '');
    }
  }

  #write(text) {
    this.#text.value = text;
    this.#fit();
  }

  /** As high as its text, up to a limit. */
  #fit() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${Math.min(this.#text.scrollHeight + 2, MAX_HEIGHT_PX)}px`;
  }

  #announce(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
