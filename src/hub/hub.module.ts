import { Global, Module } from '@nestjs/common';
import { FanOut } from './fan-out.js';
import { Flusher } from './flusher.js';
import { Hub } from './hub.js';
import { LogChannels } from './log-channels.js';
import { MergeChannels } from './merge-channels.js';
import { Publisher } from './publisher.js';

@Global()
@Module({
  providers: [Hub, LogChannels, MergeChannels, Flusher, FanOut, Publisher],
  exports: [Hub, MergeChannels, Publisher],
})
export class HubModule {}
