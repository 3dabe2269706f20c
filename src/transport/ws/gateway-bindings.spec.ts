import { beforeEach, expect, it } from '@jest/globals';
import { type FakeConnection, fakeConnection } from '../../../test/harness/fake.connection.js';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import { GatewayBindings } from './gateway-bindings.js';

const handler = (): string => 'done';

let bindings: GatewayBindings;
let client: FakeConnection;
beforeEach(async () => {
  bindings = new GatewayBindings();
  client = await fakeConnection(new HubFixture(), { user: 'alice' });
});

it('tells Nest of a connection with its first command, once', () => {
  const sessions: unknown[] = [];
  bindings.server.on('connection', (session) => {
    sessions.push(session);
    client.connection.commands.set('known', handler);
  });
  expect(sessions).toEqual([]);
  expect(bindings.handlerOf(client.connection, 'known')).toBe(handler);
  expect(bindings.handlerOf(client.connection, 'unknown')).toBeUndefined();
  expect(sessions).toEqual([client.connection.session]);
});

it('tries again when binding failed', () => {
  bindings.server.once('connection', () => {
    throw new Error('not yet');
  });
  expect(() => bindings.handlerOf(client.connection, 'known')).toThrow('not yet');
  bindings.server.on('connection', () => client.connection.commands.set('known', handler));
  expect(bindings.handlerOf(client.connection, 'known')).toBe(handler);
});
