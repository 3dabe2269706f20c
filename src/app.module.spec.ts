import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EXCEPTION_FILTERS_METADATA, PIPES_METADATA } from '@nestjs/common/internal';
import {
  GATEWAY_METADATA,
  GATEWAY_OPTIONS,
  MESSAGE_METADATA,
  PORT_METADATA,
} from '@nestjs/websockets/constants.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testConfig } from '../test/harness/test-config.js';
import { createGateway } from './bootstrap.js';
import { RethrowFilter } from './transport/ws/command-gateway.decorator.js';
import { CommandValidationPipe } from './transport/ws/command-validation.pipe.js';

type Gateway = new (...parameters: unknown[]) => Record<string, unknown>;

let app: NestFastifyApplication;
let gateways: Gateway[];

beforeAll(async () => {
  app = await createGateway(testConfig({ DEMO: 'false' }));
  const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.providers.values(),
  ]);
  gateways = providers
    .map(({ metatype }) => metatype as Gateway | null)
    .filter((metatype): metatype is Gateway => typeof metatype === 'function')
    .filter((metatype) => Reflect.getMetadata(GATEWAY_METADATA, metatype) === true);
});
afterAll(() => app.close());

/** The methods of a gateway that take commands, as `event` of the command. */
const eventsOf = (gateway: Gateway): string[] =>
  Object.getOwnPropertyNames(gateway.prototype).flatMap((name) => {
    const method = gateway.prototype[name];
    const event: unknown =
      typeof method === 'function' ? Reflect.getMetadata(MESSAGE_METADATA, method) : undefined;
    return typeof event === 'string' ? [event] : [];
  });

describe('the gateways of the application', () => {
  it('are found by this scan', () => {
    expect(gateways.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SessionGateway', 'QuotesGateway', 'UpdatesGateway']),
    );
    expect(gateways.flatMap(eventsOf)).toEqual(
      expect.arrayContaining(['auth', 'quotes.subscribe', 'updates.ack']),
    );
  });

  it('are all declared with @CommandGateway(), never with a bare @WebSocketGateway()', () => {
    for (const gateway of gateways) {
      expect([gateway.name, Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, gateway)]).toEqual([
        gateway.name,
        [RethrowFilter],
      ]);
      expect(Reflect.getMetadata(PIPES_METADATA, gateway)).toEqual([CommandValidationPipe]);
      expect(Reflect.getMetadata(PORT_METADATA, gateway) ?? 0).toBe(0);
      expect(Reflect.getMetadata(GATEWAY_OPTIONS, gateway) ?? {}).toEqual({});
    }
  });

  it('claim every event once: of two the last would win in silence', () => {
    const events = gateways.flatMap(eventsOf);
    expect(events.filter((event, index) => events.indexOf(event) !== index)).toEqual([]);
  });

  it('have no connect and disconnect hooks: a throw in one would end the process', () => {
    const hooks = gateways.flatMap((gateway) =>
      ['handleConnection', 'handleDisconnect', 'afterInit'].filter((hook) => hook in gateway.prototype),
    );
    expect(hooks).toEqual([]);
  });
});
