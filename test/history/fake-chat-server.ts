import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import jsonwebtoken from 'jsonwebtoken';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ChatMessage, PUSH_OF_ENTRY, type RoomEntry, type RoomPage } from '../../src/protocol/chat.js';
import type { CommandMap } from '../../src/protocol/commands.js';

const MAX_RECOVERY = 30;

/** Faults of a server that a checker has to find. */
export type FakeBug =
  'ack-before-commit' | 'no-dedup' | 'publish-before-commit' | 'resume-off-by-one' | 'reorder';

interface FakeSession {
  readonly socket: WebSocket;
  readonly user: string;
  readonly rooms: Set<string>;
}

type Handler = (data: never, session: FakeSession) => unknown;

/** The chat of the protocol in one process and in memory: what clients and the checker are tried on. */
export class FakeChatServer {
  readonly maxRecovery = MAX_RECOVERY;
  readonly logs = new Map<string, RoomEntry[]>();
  private readonly sessions = new Set<FakeSession>();
  private readonly reads = new Map<string, number>();
  private readonly held: (() => void)[] = [];
  private readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  private ids = 0;

  /** `chance` decides when a bug shows. */
  constructor(
    private readonly bug: FakeBug | undefined,
    private readonly chance: () => boolean,
  ) {
    this.server.on('connection', (socket, request) => {
      const token = request.headers.authorization!.slice('Bearer '.length);
      const { sub } = jsonwebtoken.decode(token) as { sub: string };
      const session = { socket, user: sub, rooms: new Set<string>() };
      this.sessions.add(session);
      socket.on('close', () => this.sessions.delete(session));
      socket.on('error', () => {});
      socket.on('message', (text: Buffer) => this.answer(session, JSON.parse(text.toString())));
      socket.send(JSON.stringify({ event: 'welcome', data: {} }));
    });
  }

  async listening(): Promise<string> {
    if (this.server.address() === null) {
      await once(this.server, 'listening');
    }
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends every connection, as a restart does. */
  drop(): void {
    this.sessions.forEach(({ socket }) => socket.terminate());
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private readonly handlers: Record<string, Handler> = {
    'chat.send': (data: CommandMap['chat.send']['data'], session) => this.send(data, session),
    'chat.edit': ({ room, target, body }: CommandMap['chat.edit']['data'], session) =>
      this.revise(session, { type: 'edit', room, target, body }),
    'chat.delete': ({ room, target }: CommandMap['chat.delete']['data'], session) =>
      this.revise(session, { type: 'deletion', room, target }),
    'chat.join': (data: CommandMap['chat.join']['data'], session) => this.join(data, session),
    'chat.history': ({ room, since = 0, limit = 32 }: CommandMap['chat.history']['data']) => ({
      room,
      epoch: 1,
      ...this.page(room, since, limit),
    }),
    'chat.read': ({ room, seq }: CommandMap['chat.read']['data'], { user }) => {
      const read = Math.max(seq, this.reads.get(`${user} ${room}`) ?? 0);
      this.reads.set(`${user} ${room}`, read);
      return { room, read, unread: this.unread(user, room) };
    },
    'chat.rooms': (_data: undefined, { user, rooms }) => ({
      rooms: [...rooms].map((room) => ({
        room,
        read: this.reads.get(`${user} ${room}`) ?? 0,
        unread: this.unread(user, room),
      })),
      next: null,
    }),
  };

  private answer(session: FakeSession, command: { id: number; event: string; data: unknown }): void {
    const reply = this.handlers[command.event]?.(command.data as never, session);
    if (reply !== undefined) {
      session.socket.send(JSON.stringify({ id: command.id, event: 'reply', data: reply }));
    }
  }

  private send(data: CommandMap['chat.send']['data'], session: FakeSession): unknown {
    const room = data.room ?? direct(session.user, data.to!);
    const log = this.log(room);
    const stored = log.find((entry) => entry.type === 'message' && entry.clientMsgId === data.clientMsgId);
    if (stored !== undefined && this.bug !== 'no-dedup') {
      const { seq, id, time } = stored as ChatMessage;
      return { room, seq, id, time, duplicate: true };
    }
    this.ids += 1;
    const { clientMsgId, body, to } = data;
    const place = { room, seq: log.length + 1, from: session.user, time: Date.now() };
    const entry: RoomEntry = {
      ...place,
      type: 'message',
      id: `id-${this.ids}`,
      clientMsgId,
      body,
      ...(to !== undefined && { to }),
    };
    const isLost = this.chance();
    if (this.bug === 'publish-before-commit' && isLost) {
      this.publish(entry, session);
      return undefined;
    }
    if (this.bug !== 'ack-before-commit' || !isLost) {
      log.push(entry);
      this.publish(entry, session);
    }
    return { room, seq: entry.seq, id: entry.id, time: entry.time, duplicate: false };
  }

  private revise(
    session: FakeSession,
    change:
      | { type: 'edit'; room: string; target: number; body: string }
      | { type: 'deletion'; room: string; target: number },
  ): unknown {
    const log = this.log(change.room);
    const message = log[change.target - 1];
    const body = change.type === 'edit' ? change.body : null;
    if (message?.type !== 'message' || message.body === null || message.body === body) {
      return { room: change.room, seq: null };
    }
    log.forEach((entry, index) => {
      if (entry.type === 'edit' && entry.target === change.target) {
        log[index] = { ...entry, body: null };
      }
    });
    log[change.target - 1] = { ...message, body };
    const entry: RoomEntry = { ...change, seq: log.length + 1, from: session.user, time: Date.now() };
    log.push(entry);
    this.publish(entry, session);
    return { room: change.room, seq: entry.seq };
  }

  private join(
    { room: named, to, since, limit = 32 }: CommandMap['chat.join']['data'],
    session: FakeSession,
  ): unknown {
    const room = named ?? direct(session.user, to!);
    session.rooms.add(room);
    const head = this.log(room).length;
    const recovered = since !== undefined && head - since <= MAX_RECOVERY;
    const skipped = this.bug === 'resume-off-by-one' ? 1 : 0;
    return {
      room,
      epoch: 1,
      recovered,
      ...(since !== undefined && !recovered && { reason: 'tooMany' }),
      ...this.page(
        room,
        recovered ? since + skipped : Math.max(0, head - limit),
        recovered ? Infinity : limit,
      ),
      read: this.reads.get(`${session.user} ${room}`) ?? 0,
      unread: this.unread(session.user, room),
    };
  }

  private publish(entry: RoomEntry, except: FakeSession): void {
    const push = JSON.stringify({ event: PUSH_OF_ENTRY[entry.type], data: entry });
    const receivers = [...this.sessions].filter(
      (session) =>
        session !== except &&
        (session.rooms.has(entry.room) ||
          (entry.type === 'message' &&
            [entry.from, entry.to].includes(session.user) &&
            entry.to !== undefined)),
    );
    const deliver = (): void => receivers.forEach(({ socket }) => socket.send(push));
    if (this.bug === 'reorder' && this.chance()) {
      this.held.push(deliver);
      return;
    }
    deliver();
    this.held.splice(0).forEach((late) => late());
  }

  private page(room: string, since: number, limit: number): RoomPage {
    const log = this.log(room);
    const messages = log.slice(since, since + limit);
    return { messages, first: 1, head: log.length, more: since + messages.length < log.length };
  }

  private unread(user: string, room: string): number {
    const read = this.reads.get(`${user} ${room}`) ?? 0;
    return this.log(room).filter(
      (entry) => entry.type === 'message' && entry.seq > read && entry.from !== user && entry.body !== null,
    ).length;
  }

  private log(room: string): RoomEntry[] {
    const log = this.logs.get(room) ?? [];
    this.logs.set(room, log);
    return log;
  }
}

const direct = (one: string, other: string): string => `dm:${[one, other].toSorted().join('-')}`;
