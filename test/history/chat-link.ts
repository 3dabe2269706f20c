import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { RoomEntry } from '../../src/protocol/chat.js';
import type { CommandMap } from '../../src/protocol/commands.js';
import type { ReplyErrorCode, ReplyErrorData } from '../../src/protocol/reply-errors.js';
import { rawFrame } from '../harness/raw-frame.js';
import type { Ending, History, OperationOf, RecordedName, SessionName } from './history.js';

/** A phone gives up on an answer after this, and on the connection with it. */
const ANSWER_DEADLINE_MS = 5000;
const OPEN_DEADLINE_MS = 3000;
const SETTLED_BY_SERVER_ONLY: readonly ReplyErrorCode[] = ['unavailable', 'internal'];

/** How a connection ends: the cable pulled, a reset, or either in the middle of a frame that is being sent. */
export type Cut = 'ended' | 'reset' | 'mid-frame';

interface Message {
  readonly id?: number;
  readonly event: string;
  readonly data: unknown;
}

type Finish = (
  ending:
    | { outcome: 'ok'; reply: unknown }
    | { outcome: 'fail'; code: ReplyErrorCode }
    | { outcome: 'info'; why: string },
) => void;

/** One connection: records each command with its end, and each push. */
export class ChatLink {
  /** False when the gateway did not welcome us. */
  readonly opened: Promise<boolean>;
  readonly closed: Promise<void>;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, Finish>();
  private tcp: Socket | undefined;
  private nextId = 1;

  constructor(
    url: string,
    token: string,
    readonly session: SessionName,
    private readonly history: History,
    private readonly onEntry: (entry: RoomEntry) => void,
  ) {
    this.socket = new WebSocket(`${url}/ws`, {
      headers: { authorization: `Bearer ${token}` },
      createConnection: ({ host, port }: { host?: string; port?: number }) =>
        this.dial(host ?? '', port ?? 0),
    } as ConstructorParameters<typeof WebSocket>[2]);
    let welcome: (isWelcome: boolean) => void = () => {};
    this.opened = new Promise((resolve) => (welcome = resolve));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        clearTimeout(deadline);
        welcome(false);
        [...this.waiting.values()].forEach((finish) => finish({ outcome: 'info', why: 'connection ended' }));
        resolve();
      });
    });
    const deadline = setTimeout(() => this.socket.terminate(), OPEN_DEADLINE_MS);
    this.socket.on('error', () => {});
    this.socket.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as Message;
      if (message.event === 'welcome') {
        clearTimeout(deadline);
        welcome(true);
      }
      this.take(message);
    });
  }

  /** `apply` runs when the answer arrives, before anything that came after it. */
  request<Name extends RecordedName>(
    event: Name,
    data: CommandMap[Name]['data'],
    apply: (reply: CommandMap[Name]['reply']) => void = () => {},
  ): Promise<Ending<CommandMap[Name]['reply']>> {
    const operation: OperationOf<Name> = this.history.invoke(this.session, event, data);
    const id = this.nextId;
    this.nextId += 1;
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        this.waiting.get(id)?.({ outcome: 'info', why: 'no answer in time' });
        this.socket.terminate();
      }, ANSWER_DEADLINE_MS);
      this.waiting.set(id, (result) => {
        clearTimeout(deadline);
        this.waiting.delete(id);
        const ending = { ...result, at: this.history.now() } as Ending<CommandMap[Name]['reply']>;
        operation.ending = ending;
        if (ending.outcome === 'ok') {
          apply(ending.reply);
        }
        resolve(ending);
      });
      if (this.socket.readyState === WebSocket.OPEN) {
        this.socket.send(JSON.stringify({ id, event, data }));
      } else {
        this.waiting.get(id)!({ outcome: 'info', why: 'connection had ended' });
      }
    });
  }

  cut(how: Cut): void {
    if (how === 'mid-frame' && this.socket.readyState === WebSocket.OPEN) {
      const frame = rawFrame(JSON.stringify({ id: 0, event: 'ping', data: 'x'.repeat(100) }));
      this.tcp?.write(frame.subarray(0, frame.length / 2), () => this.tcp?.destroy());
      return;
    }
    if (how === 'reset') {
      this.tcp?.resetAndDestroy();
    } else {
      this.tcp?.destroy();
    }
  }

  private dial(host: string, port: number): Socket {
    const tcp = connect({ host, port, noDelay: true });
    this.tcp = tcp;
    tcp.once('connect', () => {
      // While nobody listens, a connection from the port to itself can come about, and would keep it from the gateway.
      if (tcp.localPort === port) {
        tcp.resetAndDestroy();
      }
    });
    return tcp;
  }

  private take({ id, event, data }: Message): void {
    if (id !== undefined) {
      this.waiting.get(id)?.(
        event === 'error' ? refusal(data as ReplyErrorData) : { outcome: 'ok', reply: data },
      );
      return;
    }
    switch (event) {
      case 'chat.message':
      case 'chat.edited':
      case 'chat.deleted':
      case 'chat.member': {
        const entry = data as RoomEntry;
        this.history.push(this.session, entry);
        this.onEntry(entry);
        break;
      }
      case 'chat.read': {
        const { room, read } = data as { room: string; read: number };
        this.history.marker(this.session, room, read);
        break;
      }
      default:
    }
  }
}

function refusal({ code }: ReplyErrorData): Parameters<Finish>[0] {
  return SETTLED_BY_SERVER_ONLY.includes(code) ? { outcome: 'info', why: code } : { outcome: 'fail', code };
}
