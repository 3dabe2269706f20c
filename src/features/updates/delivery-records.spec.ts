import { beforeEach, expect, it, jest } from '@jest/globals';
import { UpdatesFixture } from '../../../test/harness/updates-fixture.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';

let fixture: UpdatesFixture;
let id: string;
beforeEach(async () => {
  fixture = await UpdatesFixture.open();
  id = (await fixture.send()).updateId;
});

it('writes what it has gathered in one call', async () => {
  const record = jest.spyOn(fixture.store, 'record');
  for (let n = 0; n < 100; n += 1) {
    fixture.records.add(id, { matched: 1, written: 1 });
  }
  expect(record).not.toHaveBeenCalled();
  fixture.hub.clock.advance(500);
  await fixture.settle();
  expect(record).toHaveBeenCalledTimes(1);
  expect(await fixture.store.find(id)).toMatchObject({ matched: 100, written: 100 });
});

it('keeps it while the store is away', async () => {
  const record = jest.spyOn(fixture.store, 'record').mockRejectedValueOnce(new StoreUnavailable());
  fixture.records.add(id, { matched: 1 });
  fixture.records.reach(id, fixture.connect('alice', 'phone').session);
  await expect(fixture.records.write()).rejects.toThrow(StoreUnavailable);
  fixture.records.add(id, { matched: 2 });
  await fixture.records.write();
  expect(record).toHaveBeenCalledTimes(2);
  expect(await fixture.store.find(id)).toMatchObject({ matched: 3, unreached: 0 });
});

it('does not count again what may have been written', async () => {
  const real = fixture.store.record.bind(fixture.store);
  jest.spyOn(fixture.store, 'record').mockImplementationOnce(async (what) => {
    await real(what);
    throw new StoreUnavailable(true);
  });
  fixture.records.add(id, { written: 1 });
  await expect(fixture.records.write()).rejects.toThrow(StoreUnavailable);
  await fixture.records.write();
  expect(await fixture.store.find(id)).toMatchObject({ written: 1 });
});

it('writes the rest when the gateway ends', async () => {
  fixture.connect('alice');
  await fixture.send({ delivery: 'live' });
  fixture.records.add(id, { written: 1 });
  await fixture.records.onApplicationShutdown();
  expect(await fixture.store.find(id)).toMatchObject({ written: 1 });
});
