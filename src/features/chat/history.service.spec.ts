import { expect, it } from '@jest/globals';
import { testConfig } from '../../../test/harness/test-config.js';
import type { MessageStore } from '../../ports/message-store.port.js';
import type { Room, RoomStore } from '../../ports/room-store.port.js';
import { HistoryService } from './history.service.js';
import type { Seats } from './seats.js';

/** The room as it was read before it was removed and made again, with the epoch 2. */
const STALE: Room = {
  id: 'ops',
  kind: 'public',
  title: undefined,
  epoch: 1,
  slowModeSeconds: 0,
  head: 9,
  first: 1,
  createdAt: 1,
  peers: undefined,
};

const messages: Pick<MessageStore, 'page'> = {
  page: () => Promise.resolve({ messages: [], first: 4, head: 5, more: false, epoch: 2 }),
};
const history = new HistoryService(
  testConfig(),
  messages as MessageStore,
  undefined as unknown as RoomStore,
  undefined as unknown as Seats,
);

it.each([
  [
    { since: 5, epoch: 1 },
    { recovered: false, reason: 'epoch', epoch: 2 },
  ],
  [
    { since: 5, epoch: 2 },
    { recovered: true, epoch: 2 },
  ],
  [{ since: 5 }, { recovered: true, epoch: 2 }],
  [
    { since: 9, epoch: 2 },
    { recovered: false, reason: 'ahead' },
  ],
  [
    { since: 2, epoch: 2 },
    { recovered: false, reason: 'trimmed' },
  ],
  [{ since: 3, epoch: 2 }, { recovered: true }],
  [{}, { recovered: false, epoch: 2 }],
])('judges %j by the snapshot of the page, not by the room read before', async (point, expected) => {
  const resumed = await history.resume(STALE, point);
  expect(resumed).toMatchObject(expected);
  expect(resumed.reason).toBe('reason' in expected ? expected.reason : undefined);
});
