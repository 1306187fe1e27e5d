import { Module } from '@nestjs/common';
import { Exports } from './exports.service.js';

/** Tables as files; one for all rooms, which are bounded together. */
@Module({ providers: [Exports], exports: [Exports] })
export class ExportModule {}
