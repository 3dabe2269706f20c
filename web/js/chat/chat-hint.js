/** One line under the composer: why a message would not go now, and when it would. Counts down while it must. */
import { byId, setText } from '../dom.js';

const TICK_MS = 250;

const HELD = {
  slow_mode: 'Slow mode: your message goes in',
  rate_limited: 'That was fast: your message goes in',
};

export class ChatHint {
  #line = byId('chat-hint');
  #view;
  #tell;

  /**
   * @param view gives `{ isConnected, room, pending, bytesLeft }` of the open room
   * @param {(mayWrite: boolean) => void} tell whether the user may write; the line says why not
   */
  constructor(view, tell) {
    this.#view = view;
    this.#tell = tell;
    setInterval(() => this.draw(), TICK_MS);
  }

  draw() {
    const view = this.#view();
    setText(this.#line, hintOf(view));
    this.#tell(mayWrite(view.room));
  }
}

function hintOf({ isConnected, room, pending, bytesLeft }) {
  if (room === undefined) {
    return '';
  }
  if (bytesLeft < 0) {
    return `Too long by ${-bytesLeft} bytes.`;
  }
  if (!isConnected) {
    return 'Not connected. What you write goes as soon as the connection is back.';
  }
  if (isMuted(room)) {
    return mutedText(room.mutedUntil - Date.now());
  }
  if (room.role === 'reader') {
    return 'You may read here, but not write.';
  }
  const held = pending.find(({ state }) => state === 'held');
  if (held !== undefined) {
    const text = HELD[held.code] ?? 'The server cannot take it yet: your message goes again in';
    return `${text} ${duration(held.heldUntilMs - Date.now())}.`;
  }
  return isSlow(room) ? `Slow mode: one message every ${room.slowModeSeconds} s.` : '';
}

function mayWrite(room) {
  return room !== undefined && !isMuted(room) && room.role !== 'reader';
}

const isMuted = ({ mutedUntil }) => mutedUntil !== undefined && mutedUntil > Date.now();

const isSlow = ({ slowModeSeconds, role }) => slowModeSeconds > 0 && role === 'member';

function mutedText(restMs) {
  // Without an end it is as far away as numbers go.
  return restMs < 1e12 ? `You are muted for ${duration(restMs)}.` : 'You are muted in this room.';
}

function duration(ms) {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
