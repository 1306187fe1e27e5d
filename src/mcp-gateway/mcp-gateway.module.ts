import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { CatalogChanges } from './methods/catalog-changes.service.js';
import { ListenController } from './methods/listen.controller.js';
import { Completions } from './methods/completions.service.js';
import { McpController } from './methods/mcp.controller.js';
import { McpDispatcher } from './transport/mcp-dispatcher.js';
import { McpHttpRoutes } from './transport/mcp-http.routes.js';
import { McpHttpTransport } from './transport/mcp-http.transport.js';
import { McpMetrics } from './mcp.metrics.js';
import { PromptsController } from './methods/prompts.controller.js';
import { McpCalls } from './context/mcp-calls.service.js';
import { RequestStates } from './context/request-states.service.js';
import { ResourcesController } from './methods/resources.controller.js';
import { McpSessions } from './sessions/mcp-sessions.service.js';
import { SessionsController } from './methods/sessions.controller.js';
import { OpenStreams } from './streams/open-streams.service.js';

/** MCP on port 8001. `serve.ts` connects its transport to the application. */
@Module({
  imports: [AuthModule, ApiKeysModule, LimitsModule, ToolsModule],
  controllers: [McpController, PromptsController, ResourcesController, SessionsController, ListenController],
  providers: [
    CatalogChanges,
    Completions,
    McpCalls,
    McpDispatcher,
    McpHttpRoutes,
    McpHttpTransport,
    McpMetrics,
    McpSessions,
    OpenStreams,
    RequestStates,
  ],
  exports: [McpHttpTransport],
})
export class McpGatewayModule {}
