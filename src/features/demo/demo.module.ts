import { Module } from '@nestjs/common';
import { DemoController } from './demo.controller.js';
import { Playground } from './playground.js';

@Module({ controllers: [DemoController], providers: [Playground] })
export class DemoModule {}
