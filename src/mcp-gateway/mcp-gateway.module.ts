import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { McpController } from './mcp.controller.js';
import { McpDispatcher } from './mcp-dispatcher.js';
import { McpHttpRoutes } from './mcp-http.routes.js';
import { McpHttpTransport } from './mcp-http.transport.js';
import { McpStdioTransport } from './mcp-stdio.transport.js';

/** MCP on port 8001, and over stdio. `serve.ts` and `serve-stdio.ts` connect their transport to the application. */
@Module({
  imports: [AuthModule, ApiKeysModule, LimitsModule, ToolsModule],
  controllers: [McpController],
  providers: [McpDispatcher, McpHttpRoutes, McpHttpTransport, McpStdioTransport],
  exports: [McpHttpTransport, McpStdioTransport],
})
export class McpGatewayModule {}
