import type { RoomEntry } from '../../src/protocol/chat.js';
import type { CommandMap, RoomOrPeer } from '../../src/protocol/commands.js';
import { ChatLink, type Cut } from './chat-link.js';
import type { ShownRoom } from './evidence.js';
import type { History } from './history.js';
import { Outbox } from './outbox.js';
import { RoomView } from './room-view.js';

const FIRST_BACKOFF_MS = 30;
const MAX_BACKOFF_MS = 800;
const RETRY_MS = 250;
/** How long an entry may wait for its predecessor before the client reads it from history. */
const GAP_PATIENCE_MS = 1500;
const PAGE = 20;

export interface ChatClientOptions {
  readonly device: string;
  readonly user: string;
  readonly token: string;
  readonly url: () => string;
  readonly history: History;
  readonly random: () => number;
}

/** A device that does what the protocol asks of a client: backs off, resumes its rooms, repeats what was not answered. */
export class ChatClient {
  readonly views = new Map<string, RoomView>();
  private readonly followed = new Map<string, RoomOrPeer>();
  private readonly outbox = new Outbox();
  private readonly beforeJoin: RoomEntry[] = [];
  private readonly roomIds = new Map<string, string>();
  private link: ChatLink | undefined;
  private joinedRooms = new Set<string>();
  private connections = 0;
  private messages = 0;
  private isStopped = false;
  private ended: Promise<void> = Promise.resolve();
  private putAway: Rest | undefined;

  constructor(private readonly options: ChatClientOptions) {}

  get user(): string {
    return this.options.user;
  }

  get pendingCount(): number {
    return this.outbox.size;
  }

  get connectionCount(): number {
    return this.connections;
  }

  /** What `cut` cuts is there. */
  get isConnected(): boolean {
    return this.link !== undefined;
  }

  /** All followed rooms are joined on this connection, and nothing is missing that came before. */
  get isCaughtUp(): boolean {
    return (
      this.link !== undefined &&
      this.joinedRooms.size === this.followed.size &&
      [...this.views.values()].every(({ hasGap }) => !hasGap)
    );
  }

  /** For the reader of a failure. */
  get state(): string {
    const { device } = this.options;
    const rooms = [...this.views.values()]
      .filter(({ hasGap }) => hasGap)
      .map(({ room, last }) => `${room} gap after ${last}`);
    return `${device}#${this.connections}: ${this.link === undefined ? 'away' : 'connected'}, joined ${this.joinedRooms.size} of ${this.followed.size}, ${this.outbox.size} unanswered ${rooms.join(', ')}`;
  }

  start(): void {
    this.ended = this.live();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    this.link?.cut('ended');
    await this.ended;
  }

  cut(how: Cut): void {
    this.link?.cut(how);
  }

  /** The device goes dark and is away for so long, or until it is woken. */
  sleep(ms: number): void {
    this.putAway ??= new Rest(ms);
    this.cut('ended');
  }

  wake(): void {
    this.putAway?.end();
  }

  follow(target: RoomOrPeer): void {
    const key = keyOf(target);
    if (!this.followed.has(key)) {
      this.followed.set(key, target);
      if (this.link !== undefined) {
        void this.join(this.link, target);
      }
    }
  }

  say(target: RoomOrPeer, body: string): void {
    this.messages += 1;
    const { device, user } = this.options;
    const data = { ...target, clientMsgId: `${device}-${this.messages}`, body };
    this.follow(target);
    this.outbox.add((link) =>
      link.request('chat.send', data, ({ room, seq, id, time }) =>
        this.accept({
          type: 'message',
          room,
          seq,
          id,
          time,
          from: user,
          clientMsgId: data.clientMsgId,
          body,
          ...(target.to !== undefined && { to: target.to }),
        }),
      ),
    );
  }

  edit(room: string, target: number, body: string): void {
    this.outbox.add((link) =>
      link.request('chat.edit', { room, target, body }, ({ seq }) =>
        this.acceptOwn(seq, { type: 'edit', room, target, body }),
      ),
    );
  }

  delete(room: string, target: number): void {
    this.outbox.add((link) =>
      link.request('chat.delete', { room, target }, ({ seq }) =>
        this.acceptOwn(seq, { type: 'deletion', room, target }),
      ),
    );
  }

  read(room: string, seq: number): void {
    void this.link?.request('chat.read', { room, seq });
  }

  /** Repeats what is still unanswered, as somebody does who presses the button twice. */
  sendAgain(): void {
    this.outbox.repeat();
  }

  /** Asks for the summaries of all rooms. */
  async listRooms(): Promise<void> {
    await this.link?.request('chat.rooms', undefined);
  }

  shown(): ShownRoom[] {
    const { device, user } = this.options;
    return [...this.views.values()].map(({ room, entries, last }) => ({ device, user, room, entries, last }));
  }

  private async live(): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!this.isStopped) {
      this.connections += 1;
      const { device, user, token, url, history, random } = this.options;
      const session = { device, user, connection: this.connections };
      const link = new ChatLink(url(), token, session, history, (entry) => this.accept(entry));
      if (await link.opened) {
        backoffMs = FIRST_BACKOFF_MS;
        this.joinedRooms = new Set();
        this.link = link;
        void this.resume(link);
      }
      await link.closed;
      this.link = undefined;
      this.outbox.pause();
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
      await delay(backoffMs * (0.5 + random() / 2));
      await this.putAway?.over;
      this.putAway = undefined;
    }
  }

  private async resume(link: ChatLink): Promise<void> {
    await Promise.all([...this.followed.values()].map((target) => this.join(link, target)));
    // A link that ended meanwhile must not take the place of its successor.
    if (link === this.link) {
      this.outbox.resumeOn(link);
    }
  }

  private async join(link: ChatLink, target: RoomOrPeer): Promise<void> {
    while (link === this.link) {
      const view = this.views.get(this.roomIds.get(keyOf(target)) ?? '');
      const position = view === undefined ? {} : { since: view.last, epoch: view.epoch };
      const ending = await link.request('chat.join', { ...target, ...position, limit: PAGE }, (reply) =>
        this.joined(target, reply),
      );
      if (ending.outcome === 'ok') {
        await this.fill(link, ending.reply.room, ending.reply.head);
        // Another link may have taken over meanwhile, on which nothing is joined yet.
        if (link === this.link) {
          this.joinedRooms.add(keyOf(target));
        }
        return;
      }
      await delay(RETRY_MS);
    }
  }

  private joined(target: RoomOrPeer, reply: CommandMap['chat.join']['reply']): void {
    const { room, epoch, messages, head } = reply;
    this.roomIds.set(keyOf(target), room);
    const view = this.views.get(room);
    if (view === undefined || view.epoch !== epoch) {
      this.views.set(room, new RoomView(room, epoch, messages, head));
      this.beforeJoin.forEach((entry) => this.views.get(entry.room)?.accept(entry));
    } else {
      messages.forEach((entry) => view.accept(entry));
    }
  }

  /** Reads what lies between the view and `head`, page by page. */
  private async fill(link: ChatLink, room: string, head: number): Promise<void> {
    const view = this.views.get(room)!;
    while (link === this.link && view.last < head) {
      const ending = await link.request(
        'chat.history',
        { room, since: view.last, limit: PAGE },
        ({ messages }) => messages.forEach((entry) => view.accept(entry)),
      );
      if (ending.outcome !== 'ok') {
        await delay(RETRY_MS);
      }
    }
  }

  private acceptOwn(
    seq: number | null,
    entry:
      | { readonly type: 'edit'; readonly room: string; readonly target: number; readonly body: string }
      | { readonly type: 'deletion'; readonly room: string; readonly target: number },
  ): void {
    if (seq !== null) {
      this.accept({ ...entry, seq, from: this.user, time: 0 });
    }
  }

  private accept(entry: RoomEntry): void {
    const view = this.views.get(entry.room);
    if (view === undefined) {
      // Direct messages reach devices that have not joined their room.
      this.beforeJoin.push(entry);
      if (entry.type === 'message' && entry.to !== undefined) {
        this.follow({ to: entry.from === this.user ? entry.to : entry.from });
      }
      return;
    }
    const hadGap = view.hasGap;
    view.accept(entry);
    if (view.hasGap && !hadGap) {
      void this.closeGap(view, entry.seq);
    }
  }

  private async closeGap(view: RoomView, seq: number): Promise<void> {
    while (view.hasGap && !this.isStopped) {
      await delay(GAP_PATIENCE_MS);
      if (this.link !== undefined) {
        await this.fill(this.link, view.room, seq);
      }
    }
  }
}

/** A time that can be ended early. */
class Rest {
  end: () => void = () => {};
  readonly over: Promise<void>;

  constructor(ms: number) {
    this.over = new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const keyOf = ({ room, to }: RoomOrPeer): string => (to === undefined ? `room ${room}` : `user ${to}`);

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
