import { Module } from '@nestjs/common';
import { HooksDispatcher } from './hooks.dispatcher.js';
import { OfflineCalls } from './offline-calls.js';

/** Tells an application of messages and updates whose recipients are offline. */
@Module({ providers: [HooksDispatcher, OfflineCalls] })
export class HooksModule {}
