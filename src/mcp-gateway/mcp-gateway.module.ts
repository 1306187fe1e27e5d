import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { Completions } from './completions.service.js';
import { McpController } from './mcp.controller.js';
import { McpDispatcher } from './mcp-dispatcher.js';
import { McpHttpRoutes } from './mcp-http.routes.js';
import { McpHttpTransport } from './mcp-http.transport.js';
import { McpStdioTransport } from './mcp-stdio.transport.js';
import { PromptsController } from './prompts.controller.js';
import { ResourcesController } from './resources.controller.js';

/** MCP on port 8001, and over stdio. `serve.ts` and `serve-stdio.ts` connect their transport to the application. */
@Module({
  imports: [AuthModule, ApiKeysModule, LimitsModule, ToolsModule],
  controllers: [McpController, PromptsController, ResourcesController],
  providers: [Completions, McpDispatcher, McpHttpRoutes, McpHttpTransport, McpStdioTransport],
  exports: [McpHttpTransport, McpStdioTransport],
})
export class McpGatewayModule {}
