import { Global, Module } from '@nestjs/common';
import { DeliveryReceipts } from './delivery-receipts.js';
import { FanOut } from './fan-out.js';
import { Flusher } from './flusher.js';
import { Hub } from './hub.js';
import { LogChannels } from './log-channels.js';
import { LogOrder } from './log-order.js';
import { MergeChannels } from './merge-channels.js';
import { PacedFanOut } from './paced-fan-out.js';
import { Presence } from './presence.js';
import { Publisher } from './publisher.js';

@Global()
@Module({
  providers: [
    DeliveryReceipts,
    FanOut,
    Flusher,
    Hub,
    LogChannels,
    LogOrder,
    MergeChannels,
    PacedFanOut,
    Presence,
    Publisher,
  ],
  exports: [DeliveryReceipts, Hub, LogChannels, LogOrder, MergeChannels, PacedFanOut, Presence, Publisher],
})
export class HubModule {}
