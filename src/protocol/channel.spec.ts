import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ALL_CHANNEL, quotesChannel, symbolOf, userChannel } from './channel.js';

it('gives the symbol back that a channel was made of', () => {
  fc.assert(fc.property(fc.string(), (symbol) => symbolOf(quotesChannel(symbol)) === symbol));
});

it('never makes one channel of two names, whatever a user is called', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      const channels = [
        ALL_CHANNEL,
        userChannel(left),
        userChannel(right),
        quotesChannel(left),
        quotesChannel(right),
      ];
      expect(new Set(channels).size).toBe(left === right ? 3 : 5);
    }),
  );
});
