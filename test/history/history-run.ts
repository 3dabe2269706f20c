import type { RoomEntry } from '../../src/protocol/chat.js';
import { adminToken } from '../harness/test-token.js';
import { type Activity, activityOf } from './activity.js';
import { check, summary } from './checker.js';
import type { Violation } from './evidence.js';
import { readLogs } from './final-log.js';
import { History } from './history.js';
import type { KillableGateway } from './killable-gateway.js';
import { Nemesis, type Strike } from './nemesis.js';
import { Workload, type WorkloadPlan } from './workload.js';

/** CHAT_MAX_RECOVERY_MESSAGES of runs: low, so that clients often have to read history to catch up. */
export const MAX_RECOVERY = 40;

const MOST_FAULTS_SHOWN = 40;

export interface HistoryRunOptions {
  readonly gateway: KillableGateway;
  readonly plan: WorkloadPlan;
  /** How long everything begun may take to end, and every device to have all of it. */
  readonly settleMs: number;
  readonly strikes: readonly Strike[];
  /** The run ends after so many. */
  readonly strikeCount: number;
  /** Mean time between them. */
  readonly strikeEveryMs: number;
  /** Called when the gateway has ended. */
  readonly readStored: () => Promise<ReadonlyMap<string, readonly RoomEntry[]>>;
}

export interface HistoryRunResult {
  readonly violations: readonly Violation[];
  /** Why the clients did not come to rest; undefined when they did. */
  readonly unsettled: string | undefined;
  /** Refused sends, edits and deletions by code: nothing in a run breaks a rule, but a message may be gone when edited. */
  readonly refusals: ReadonlySet<string>;
  readonly activity: Activity;
  /** For the reader of a failure. */
  readonly report: string;
}

/** A crowd of clients against a gateway that is harmed, and what the checker says about it. */
export async function runHistory(options: HistoryRunOptions): Promise<HistoryRunResult> {
  const { gateway, plan, settleMs, strikes, strikeCount, strikeEveryMs, readStored } = options;
  const history = new History();
  const workload = new Workload(plan, history, () => gateway.wsUrl);
  const nemesis = new Nemesis(plan.seed, history, strikes, strikeEveryMs);
  let unsettled: string | undefined;
  try {
    await gateway.start();
    await makeRooms(gateway.httpUrl, plan);
    workload.start();
    await workload.run(nemesis.run(strikeCount));
    await workload.settle(settleMs).catch((error: unknown) => (unsettled = String(error)));
    const shown = workload.clients.flatMap((client) => client.shown());
    await workload.stop();
    const logs = await readLogs(gateway.wsUrl, new Map(shown.map(({ room, user }) => [room, user])), history);
    await gateway.kill();
    const activity = activityOf(history);
    const stored = await readStored();
    const { operations, pushes, markers, quietAt } = history;
    const violations = check({
      operations,
      pushes,
      markers,
      quietAt,
      shown,
      logs,
      stored,
      maxRecovery: MAX_RECOVERY,
    });
    return {
      violations,
      unsettled,
      refusals: refusalsOf(history),
      activity,
      report: [
        summary(violations),
        JSON.stringify(activity),
        faultsOf(history),
        unknownsOf(history),
        unsettled === undefined ? '' : gateway.output,
      ].join('\n'),
    };
  } finally {
    await workload.stop();
    await gateway.kill();
  }
}

/** SIGKILL, a pause, and back. */
export const killing = (gateway: KillableGateway): Strike => ({
  name: 'gateway killed',
  strike: async (pause) => {
    await gateway.kill();
    await pause();
    await gateway.start();
  },
});

async function makeRooms(url: string, { rooms }: WorkloadPlan): Promise<void> {
  const put = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}/v1/rooms/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`PUT ${path} gave ${response.status}: ${await response.text()}`);
    }
  };
  for (const { room, users } of rooms.filter((each) => each.room.startsWith('private'))) {
    await put(room, { kind: 'private' });
    for (const user of users) {
      await put(`${room}/members/${user}`, { role: 'member' });
    }
  }
}

function refusalsOf({ operations }: History): ReadonlySet<string> {
  return new Set(
    operations.flatMap(({ event, ending }) =>
      ending?.outcome === 'fail' ? [`${event} ${ending.code}`] : [],
    ),
  );
}

/** Commands that the server itself could not settle. */
function unknownsOf({ operations }: History): string {
  return operations
    .filter(({ ending }) => ending?.outcome === 'info' && !ending.why.startsWith('connection'))
    .slice(-MOST_FAULTS_SHOWN)
    .map(({ event, data, ending }) => `${event} ${JSON.stringify(data)}: ${JSON.stringify(ending)}`)
    .join('\n');
}

function faultsOf({ faults }: History): string {
  return faults
    .slice(-MOST_FAULTS_SHOWN)
    .map(({ at, what }) => `${at.toFixed(0)} ms: ${what}`)
    .join('\n');
}
