import { Module } from '@nestjs/common';
import { ToolCatalog } from './tool-catalog.service.js';

@Module({ providers: [ToolCatalog], exports: [ToolCatalog] })
export class ToolsModule {}
