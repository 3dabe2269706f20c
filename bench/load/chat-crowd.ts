import { performance } from 'node:perf_hooks';
import { type ChatReply, commandFrame, deliveryIn, numberOfBody, sendFrame } from './chat-frames.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { ClientListener, RawClient } from './raw-client.js';
import { RoomLedger } from './room-ledger.js';

/** After the time of a phase, how long its last messages may still take. */
const SETTLE_MS = 10_000;
const CONCURRENT_JOINS = 50;
const PAGE_MESSAGES = 500;

export interface ChatPhase {
  readonly acked: number;
  readonly delivered: number;
  readonly due: number;
  /** From the first send to the last acknowledgement. */
  readonly ackingMs: number;
}

/** Clients of one room, the last `senders` of which send: each its next message once the one before is acknowledged. */
export class ChatCrowd implements ClientListener {
  /** From a send to the read that brings its acknowledgement. */
  readonly latency = new LatencyHistogram();
  readonly ledger: RoomLedger;

  private clients: readonly RawClient[] = [];
  private nowMs = 0;
  private sent = 0;
  private sending = 0;
  private lastAckAtMs = 0;
  private phase: { readonly endsAtMs: number; readonly finish: () => void } | undefined;

  /** By client: what the answer to its command is given to. One command at a time. */
  private readonly answers = new Map<number, (reply: ChatReply) => void>();
  /** By client: the message that is not acknowledged yet. */
  private readonly outstanding: { number: number; sentAtMs: number }[];

  constructor(
    size: number,
    private readonly senders: number,
  ) {
    this.ledger = new RoomLedger(size);
    this.outstanding = Array.from({ length: size }, () => ({ number: 0, sentAtMs: 0 }));
  }

  async join(clients: readonly RawClient[]): Promise<void> {
    this.clients = clients;
    for (let first = 0; first < clients.length; first += CONCURRENT_JOINS) {
      const batch = clients.slice(first, first + CONCURRENT_JOINS);
      await Promise.all(batch.map((client) => this.ask(client, 'chat.join', {})));
    }
  }

  /** Resolves when everything that was sent is acknowledged and delivered, or when time is up. One phase at a time. */
  async run(maxMs: number): Promise<ChatPhase> {
    const { acked, delivered, due } = this.ledger;
    const startedAtMs = performance.now();
    this.latency.clear();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.ledger.addFault(`${this.ledger.delivered} of ${this.ledger.due} deliveries arrived in time`);
        resolve();
      }, maxMs + SETTLE_MS);
      this.phase = {
        endsAtMs: startedAtMs + maxMs,
        finish: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const senders = this.clients.slice(-this.senders);
      this.sending = senders.length;
      senders.forEach((client) => {
        this.send(client);
      });
    });
    this.phase = undefined;
    return {
      acked: this.ledger.acked - acked,
      delivered: this.ledger.delivered - delivered,
      due: this.ledger.due - due,
      ackingMs: this.lastAckAtMs - startedAtMs,
    };
  }

  /** Reads the log of the room from its start and compares it with what was acknowledged. */
  async checkLog(): Promise<void> {
    const log = [];
    let more = true;
    while (more) {
      const page = await this.ask(this.clients[0]!, 'chat.history', {
        since: log.length,
        limit: PAGE_MESSAGES,
      });
      const messages = page['messages'] as readonly { seq: number; body: string }[];
      log.push(...messages.map(({ seq, body }) => ({ seq, number: numberOfBody(body) })));
      more = page['more'] === true && messages.length > 0;
    }
    this.ledger.check(log);
  }

  readStarted(): void {
    this.nowMs = performance.now();
  }

  /** Deliveries of broadcasts, which nobody sends here. */
  received(client: RawClient): void {
    this.ledger.addFault(`client ${client.index}: a delivery of no room`);
  }

  receivedText(client: RawClient, payload: Buffer): void {
    const delivery = deliveryIn(payload);
    if (delivery !== undefined) {
      this.ledger.deliver(client.index, delivery);
      return;
    }
    const reply = JSON.parse(payload.toString()) as ChatReply;
    if (reply.event !== 'reply' && reply.event !== 'error') {
      return;
    }
    const answer = this.answers.get(client.index);
    if (answer === undefined) {
      this.acknowledge(client, reply);
    } else {
      this.answers.delete(client.index);
      answer(reply);
    }
  }

  readEnded(): void {
    if (this.phase !== undefined && this.sending === 0 && this.ledger.delivered >= this.ledger.due) {
      this.phase.finish();
    }
  }

  lost(client: RawClient, reason: string): void {
    this.ledger.addFault(`client ${client.index}: ${reason}`);
  }

  private send(client: RawClient): void {
    this.sent += 1;
    const message = this.outstanding[client.index]!;
    message.number = this.sent;
    message.sentAtMs = performance.now();
    client.write(sendFrame(this.sent));
  }

  private acknowledge(client: RawClient, reply: ChatReply): void {
    const { number, sentAtMs } = this.outstanding[client.index]!;
    if (reply.event === 'error') {
      this.ledger.addFault(`message ${number} was refused: ${reply.data.code}`);
      this.sending -= 1;
      return;
    }
    this.latency.add(this.nowMs - sentAtMs);
    this.lastAckAtMs = this.nowMs;
    this.ledger.ack(client.index, { seq: reply.data['seq'] as number, number });
    if (this.phase !== undefined && this.nowMs < this.phase.endsAtMs) {
      this.send(client);
    } else {
      this.sending -= 1;
    }
  }

  private async ask(
    client: RawClient,
    event: string,
    data: object,
  ): Promise<Readonly<Record<string, unknown>>> {
    const reply = await new Promise<ChatReply>((resolve) => {
      this.answers.set(client.index, resolve);
      client.write(commandFrame(event, data));
    });
    if (reply.event === 'error') {
      throw new Error(`${event} of client ${client.index} was refused: ${reply.data.code}`);
    }
    return reply.data;
  }
}
