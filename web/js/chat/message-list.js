/**
 * The messages of the open room in a scroll box. A window of the log is in the document, which moves with the scroll
 * position; at the bottom it follows new messages.
 *
 * Events: `older` (what the page holds ends here), `moved` (what is in view changed), `action` (detail: action, row).
 */
import { byId, oncePerFrame } from '../dom.js';
import { createRow } from './message-row.js';
import { messageRows } from './message-rows.js';
import { MessageWindow } from './message-window.js';

/** This close to an end of the window, it moves. */
const EDGE_PX = 400;
const BOTTOM_PX = 24;

/** Where somebody who comes back goes on reading. */
const DIVIDER = '[data-kind="missed"]:not([data-partial="true"]), [data-kind="unread"]';

export class MessageList extends EventTarget {
  #box = byId('chat-messages');
  #list = byId('chat-message-list');
  #shown = new Map();
  #source;
  #window = new MessageWindow();
  #isDown = true;
  #mustShowDivider = false;

  constructor() {
    super();
    this.draw = oncePerFrame(() => this.#draw());
    this.#box.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    new ResizeObserver(() => this.#onResize()).observe(this.#box);
  }

  /** The newest message is in view. */
  get isAtBottom() {
    return this.#isDown && this.#window.isFollowing;
  }

  /** @param source gives `{ log, pending, unreadAfter, me, mayDeleteAll }` of a room; undefined: none is open */
  open(source) {
    this.#source = source;
    this.#shown.clear();
    this.#list.replaceChildren();
    this.#mustShowDivider = true;
    this.toNewest();
  }

  /** The next drawing brings the divider into view: somebody came back. */
  showDivider() {
    this.#mustShowDivider = true;
    this.draw();
  }

  toNewest() {
    this.#window.follow();
    this.#isDown = true;
    this.draw();
  }

  #draw() {
    if (this.#source === undefined) {
      return;
    }
    const { pending, mayDeleteAll, ...view } = this.#source();
    const { rows } = view.log;
    const anchor = this.isAtBottom ? undefined : this.#anchor();
    const { start, end } = this.#window.of(rows);
    this.#reconcile(
      messageRows({ ...view, start, end, pending: end === rows.length ? pending : [] }),
      mayDeleteAll,
    );
    if (anchor === undefined) {
      this.#box.scrollTop = this.#box.scrollHeight;
      this.#bringDividerIntoView();
    } else {
      this.#hold(anchor);
    }
    this.#settle(view.log);
  }

  /** Elements of rows that stay are moved, never made anew. */
  #reconcile(rows, mayDeleteAll) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { root }] of this.#shown) {
      if (!keys.has(key)) {
        root.remove();
        this.#shown.delete(key);
      }
    }
    let next = this.#list.firstElementChild;
    for (const row of rows) {
      const element = this.#shown.get(row.key) ?? this.#create(row);
      element.draw(row, mayDeleteAll);
      if (element.root === next) {
        next = next.nextElementSibling;
      } else {
        this.#list.insertBefore(element.root, next);
      }
    }
  }

  #create(row) {
    const element = createRow(row, (action, target) =>
      this.dispatchEvent(new CustomEvent('action', { detail: { action, row: target } })),
    );
    this.#shown.set(row.key, element);
    return element;
  }

  /** The first message in view, and where it stands: it shall stand there after the change. */
  #anchor() {
    const { scrollTop } = this.#box;
    const messages = [...this.#list.children].filter(({ dataset }) => dataset.seq);
    const root = messages.find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
    return { root, top: (root?.offsetTop ?? 0) - scrollTop };
  }

  #hold({ root, top }) {
    if (root?.isConnected) {
      this.#box.scrollTop = root.offsetTop - top;
    }
  }

  #bringDividerIntoView() {
    const divider = this.#list.querySelector(DIVIDER);
    const mustShow = this.#mustShowDivider;
    this.#mustShowDivider = false;
    if (mustShow && divider !== null) {
      this.#box.scrollTop = Math.min(this.#box.scrollTop, divider.offsetTop - BOTTOM_PX);
    }
  }

  #onScroll() {
    if (this.#source !== undefined) {
      this.#settle(this.#source().log);
    }
  }

  /** The scroll position says whether the window follows, stays or moves, and whether more must be read. */
  #settle(log) {
    const { rows } = log;
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const below = scrollHeight - scrollTop - clientHeight;
    this.#isDown = below < BOTTOM_PX;
    let hasMoved = false;
    if (this.#isDown && this.#window.of(rows).end === rows.length) {
      this.#window.follow();
    } else if (scrollTop < EDGE_PX) {
      hasMoved = this.#window.moveUp(rows);
    } else if (below < EDGE_PX) {
      hasMoved = this.#window.moveDown(rows);
    } else {
      this.#window.stay(rows);
    }
    if (hasMoved) {
      this.draw();
    } else if (scrollTop < EDGE_PX && log.hasOlder && this.#window.of(rows).start === 0) {
      this.dispatchEvent(new CustomEvent('older'));
    }
    this.dispatchEvent(new CustomEvent('moved'));
  }

  #onResize() {
    if (this.isAtBottom) {
      this.#box.scrollTop = this.#box.scrollHeight;
    }
  }
}
