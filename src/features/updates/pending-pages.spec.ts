import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { turn } from '../../../test/harness/hub-fixture.js';
import { UpdatesFixture, updatesIn } from '../../../test/harness/updates-fixture.js';

let fixture: UpdatesFixture;
beforeEach(async () => {
  fixture = await UpdatesFixture.open();
});

describe('look-ups of what waits', () => {
  it('take those together who connect within 25 ms of the last one', async () => {
    const pendingFor = jest.spyOn(fixture.store, 'pendingFor');
    fixture.connect('alice', 'phone');
    await fixture.settle();
    expect(pendingFor).toHaveBeenCalledTimes(1);
    for (let device = 0; device < 20; device += 1) {
      fixture.connect('bob', `device-${device}`);
      await turn();
      await turn();
    }
    await fixture.settle();
    expect(pendingFor).toHaveBeenCalledTimes(1);
    fixture.hub.clock.advance(25);
    await fixture.settle();
    expect(pendingFor.mock.calls.map(([devices]) => devices.length)).toEqual([1, 20]);
    fixture.hub.clock.advance(25);
    await fixture.settle();
    fixture.connect('carol');
    await turn();
    await turn();
    expect(pendingFor).toHaveBeenCalledTimes(3);
  });

  it('do not pause between the pages of a device', async () => {
    for (let n = 0; n < 250; n += 1) {
      await fixture.send({ data: n });
    }
    const phone = fixture.connect('alice', 'phone');
    for (let rounds = 0; rounds < 5; rounds += 1) {
      await fixture.settle();
    }
    expect(updatesIn(phone).map(({ data }) => data)).toEqual(Array.from({ length: 250 }, (_, n) => n));
  });
});
