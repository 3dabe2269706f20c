import { BadRequestException } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { FakeWriter } from '../../../test/harness/fake.writer.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { UpdateLedger } from './update-ledger.js';
import { UpdatesService, type UpdateTarget } from './updates.service.js';

let fixture: HubFixture;
let updates: UpdatesService;

beforeEach(() => {
  fixture = new HubFixture();
  const { hub, publisher, clock, metrics } = fixture;
  updates = new UpdatesService(hub, publisher, new UpdateLedger(), clock, metrics);
});

const received = ({ writer }: { writer: FakeWriter }): unknown[] =>
  writer.messages.map(({ data }) => data as unknown);

describe('demand updates', () => {
  it('reach everybody who is signed in, on every device', async () => {
    const clients = ['alice', 'alice', 'bob'].map((user) => fixture.open(user));
    const stranger = fixture.open();
    const result = await updates.sendDemandUpdates({ target: { all: true }, event: 'news', data: { a: 1 } });
    await turn();
    expect(result).toEqual({
      updateId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      matched: { users: 2, connections: 3 },
      dryRun: false,
    });
    const push = {
      id: result.updateId,
      event: 'news',
      data: { a: 1 },
      sentAt: fixture.clock.epochMs(),
      requireAck: false,
    };
    expect(clients.map(received)).toEqual([[push], [push], [push]]);
    expect(received(stranger)).toEqual([]);
  });

  it('reach named users once, however often they are named', async () => {
    const [phone, desktop, bob] = ['alice', 'alice', 'bob'].map((user) => fixture.open(user));
    const { matched } = await updates.sendDemandUpdates({
      target: { users: ['alice', 'alice', 'nobody'] },
      event: 'news',
      data: 1,
    });
    await turn();
    expect(matched).toEqual({ users: 1, connections: 2 });
    expect([phone, desktop, bob].map((client) => received(client!).length)).toEqual([1, 1, 0]);
  });

  it('leave out users and connections, and do not count them', async () => {
    const [phone, desktop, bob] = ['alice', 'alice', 'bob'].map((user) => fixture.open(user));
    const { matched } = await updates.sendDemandUpdates({
      target: { all: true },
      event: 'news',
      data: 1,
      except: { users: ['bob'], connections: [desktop!.session.id] },
    });
    await turn();
    expect(matched).toEqual({ users: 1, connections: 1 });
    expect([phone, desktop, bob].map((client) => received(client!).length)).toEqual([1, 0, 0]);
  });

  it('do not count a connection that is closing', async () => {
    fixture.open('alice').session.close(CLOSE_REASONS.drain);
    for (const target of [{ users: ['alice'] }, { all: true } as const]) {
      const { matched } = await updates.sendDemandUpdates({ target, event: 'news', data: 1 });
      expect(matched).toEqual({ users: 0, connections: 0 });
    }
  });

  it('take nobody for an answer and not for an error', async () => {
    const { matched } = await updates.sendDemandUpdates({
      target: { users: ['nobody'] },
      event: 'x',
      data: 1,
    });
    expect(matched).toEqual({ users: 0, connections: 0 });
  });

  it('match and send nothing in a dry run', async () => {
    const client = fixture.open('alice');
    const result = await updates.sendDemandUpdates({
      target: { all: true },
      event: 'x',
      data: 1,
      dryRun: true,
    });
    await turn();
    expect(result).toMatchObject({ matched: { users: 1, connections: 1 }, dryRun: true });
    expect(received(client)).toEqual([]);
    expect(updates.report(result.updateId)).toBeUndefined();
  });

  it.each<[string, UpdateTarget]>([
    ['no target', {}],
    ['two targets', { all: true, users: ['alice'] }],
  ])('are refused with %s', async (_what, target) => {
    await expect(updates.sendDemandUpdates({ target, event: 'x', data: 1 })).rejects.toThrow(
      BadRequestException,
    );
  });
});

describe('acknowledgements', () => {
  it('are counted in the report', async () => {
    const [phone, bob] = [fixture.open('alice'), fixture.open('bob')];
    const { updateId } = await updates.sendDemandUpdates({
      target: { users: ['alice'] },
      event: 'x',
      data: 1,
      requireAck: true,
    });
    await turn();
    expect(received(phone)).toEqual([expect.objectContaining({ requireAck: true })]);
    expect(updates.ack(phone.session, [updateId, 'unknown'])).toEqual([updateId]);
    expect(updates.ack(bob.session, [updateId])).toEqual([]);
    expect(updates.report(updateId)).toMatchObject({
      matched: { users: 1, connections: 1 },
      acked: { users: 1, connections: 1 },
    });
  });

  it('are not taken from who was left out', async () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    const { updateId } = await updates.sendDemandUpdates({
      target: { all: true },
      event: 'x',
      data: 1,
      except: { connections: [desktop.session.id] },
    });
    expect(updates.ack(desktop.session, [updateId])).toEqual([]);
    expect(updates.ack(phone.session, [updateId])).toEqual([updateId]);
  });

  it('are not taken from strangers', async () => {
    const { session } = fixture.open();
    const { updateId } = await updates.sendDemandUpdates({ target: { all: true }, event: 'x', data: 1 });
    expect(updates.ack(session, [updateId])).toEqual([]);
  });
});
