import { seededRandom, seedOf } from '../../src/adapters/feed/seeded-random.js';
import { testToken } from '../harness/test-token.js';
import { ChatClient } from './chat-client.js';
import type { Cut } from './chat-link.js';
import type { History } from './history.js';

/** Rooms of a run besides direct ones, with the users who belong to them. */
export interface WorkloadPlan {
  readonly seed: number;
  readonly users: readonly string[];
  readonly devicesPerUser: number;
  readonly rooms: readonly { readonly room: string; readonly users: readonly string[] }[];
  /** Mean time between two actions of the whole crowd. */
  readonly paceMs: number;
  /** Mean time between two cut connections. */
  readonly cutEveryMs: number;
}

const MOST_PENDING = 5;

/** From here on the dice of an action means reading. */
const READS = 0.8;

/** Of so many cuts one puts the device away, for long enough to miss more of the lobby than a join recovers. */
const CUTS_PER_SLEEP = 8;
const SHORTEST_SLEEP_MS = 4000;
const LONGEST_SLEEP_MS = 8000;

const CUTS: readonly Cut[] = ['ended', 'reset', 'mid-frame'];

/** The seed of this run: HISTORY_SEED where a failure is to be looked at again. */
export function runSeed(): number {
  const seed = Number(process.env['HISTORY_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  console.log(`HISTORY_SEED=${seed}`);
  return seed;
}

/** `count` users with two devices each, a public lobby for all and private rooms for some. */
export function planOf(seed: number, count: number, paceMs: number, cutEveryMs: number): WorkloadPlan {
  const users = Array.from({ length: count }, (_value, index) => `user-${index}`);
  const privateRooms = [2, 3, 5].map((step) => ({
    room: `private-${step}`,
    users: users.filter((_user, index) => index % step === 0),
  }));
  return {
    seed,
    users,
    devicesPerUser: 2,
    rooms: [{ room: 'lobby', users }, ...privateRooms],
    paceMs,
    cutEveryMs,
  };
}

/** A crowd of devices that write, revise and read at random. What they decide follows from the seed, when it happens does not. */
export class Workload {
  readonly clients: readonly ChatClient[];
  private readonly random: () => number;

  constructor(
    private readonly plan: WorkloadPlan,
    private readonly history: History,
    url: () => string,
  ) {
    this.random = seededRandom(seedOf(plan.seed, 'workload'));
    this.clients = plan.users.flatMap((user) =>
      Array.from({ length: plan.devicesPerUser }, (_value, index) => {
        const device = `${user}.${index}`;
        const random = seededRandom(seedOf(plan.seed, device));
        return new ChatClient({ device, user, token: testToken({ sub: user }), url, history, random });
      }),
    );
  }

  start(): void {
    for (const client of this.clients) {
      this.plan.rooms
        .filter(({ users }) => users.includes(client.user))
        .forEach(({ room }) => client.follow({ room }));
      client.start();
    }
  }

  /** Acts until `end` resolves. */
  async run(end: Promise<void>): Promise<void> {
    const run = { isOver: false };
    const ended = end.finally(() => (run.isOver = true));
    let cutAt = performance.now() + this.plan.cutEveryMs;
    while (!run.isOver) {
      this.act(this.pick(this.clients));
      if (performance.now() > cutAt) {
        cutAt += this.plan.cutEveryMs * 2 * this.random();
        this.cutOne();
      }
      await delay(this.plan.paceMs * 2 * this.random());
    }
    await ended;
  }

  /** Has everything settled that was begun, and every device come back once more with nothing missing. */
  async settle(deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    this.clients.forEach((client) => client.wake());
    await this.until(deadline, ({ pendingCount, isConnected }) => pendingCount === 0 && isConnected);
    this.history.becomeQuiet();
    const connections = new Map(this.clients.map((client) => [client, client.connectionCount]));
    this.clients.forEach((client) => client.cut(this.pick(CUTS)));
    await this.until(
      deadline,
      (client) => client.isCaughtUp && client.connectionCount > connections.get(client)!,
    );
    await Promise.all(this.clients.map((client) => client.listRooms()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  private async until(deadline: number, isDone: (client: ChatClient) => boolean): Promise<void> {
    for (;;) {
      const waiting = this.clients.filter((client) => !isDone(client));
      if (waiting.length === 0) {
        return;
      }
      if (performance.now() > deadline) {
        throw new Error(`Waited in vain for ${waiting.map(({ state }) => state).join('\n')}`);
      }
      await delay(20);
    }
  }

  /** Every other time while it waits for the answer to a send. */
  private cutOne(): void {
    const client = this.pick(this.clients);
    if (this.random() < 0.5) {
      client.say(this.roomOf(client), this.body());
    }
    if (this.random() < 1 / CUTS_PER_SLEEP) {
      client.sleep(SHORTEST_SLEEP_MS + this.random() * (LONGEST_SLEEP_MS - SHORTEST_SLEEP_MS));
    } else {
      client.cut(this.pick(CUTS));
    }
  }

  private act(client: ChatClient): void {
    const view = this.pick([...client.views.values()]);
    // Nobody goes on writing for ever while nothing is answered, but they do read.
    const dice = client.pendingCount > MOST_PENDING ? READS : this.random();
    if (view === undefined || dice < 0.5) {
      client.say(this.roomOf(client), this.body());
    } else if (dice < 0.62) {
      // Few pairs, so that their rooms have something in them.
      const index = this.plan.users.indexOf(client.user);
      client.say(
        { to: this.plan.users[index % 2 === 0 ? index + 1 : index - 1] ?? this.plan.users[0]! },
        this.body(),
      );
    } else if (dice < READS) {
      const target = this.pick(view.ownMessages(client.user).slice(-20));
      if (target !== undefined && dice < 0.74) {
        client.edit(view.room, target, this.body());
      } else if (target !== undefined) {
        client.delete(view.room, target);
      }
    } else if (dice < 0.95) {
      // Sometimes an older one, as from a device that is behind.
      client.read(view.room, Math.max(0, view.last - (this.random() < 0.3 ? 5 : 0)));
    } else {
      client.sendAgain();
    }
  }

  private roomOf({ user }: ChatClient): { room: string } {
    const { room } = this.pick(this.plan.rooms.filter(({ users }) => users.includes(user)));
    return { room };
  }

  private body(): string {
    return `${Math.floor(this.random() * 1e9).toString(36)} ${'lorem '.repeat(Math.floor(this.random() * 20))}`;
  }

  private pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.random() * values.length)]!;
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
