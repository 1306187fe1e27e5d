import { Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { endedWithin } from '../common/concurrency/deadline.js';
import { ToolCallObserver } from '../tools/call/tool-call.observer.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { CatalogChanges } from './methods/catalog-changes.service.js';
import { LifecycleMethods } from './methods/lifecycle.methods.js';
import { ListenMethods } from './methods/listen.methods.js';
import { Completions } from './methods/completions.service.js';
import { McpDispatcher } from './transport/mcp-dispatcher.js';
import { HandlerPipeline } from './transport/handler-pipeline.js';
import { McpBodies } from './access/mcp-bodies.service.js';
import { McpCallers } from './access/mcp-callers.service.js';
import { McpHttpRoutes } from './transport/mcp-http.routes.js';
import { McpListener } from './transport/mcp-listener.js';
import { TasksMethods } from './methods/tasks.methods.js';
import { ToolsMethods } from './methods/tools.methods.js';
import { McpHandlers } from './transport/mcp-handlers.js';
import { McpMetrics } from './mcp.metrics.js';
import { PromptsMethods } from './methods/prompts.methods.js';
import { McpCalls } from './context/mcp-calls.service.js';
import { RequestStates } from './context/request-states.service.js';
import { ResourcesMethods } from './methods/resources.methods.js';
import { McpSessions } from './sessions/mcp-sessions.service.js';
import { SessionsMethods } from './methods/sessions.methods.js';
import { OpenStreams } from './streams/open-streams.service.js';

/** How long calls may take to be settled whose callers have gone, with a database that does not answer. */
const HUNG_UP_MAX_MS = 10_000;

/** MCP on port 8001, which `serve.ts` opens. */
@Module({
  imports: [DiscoveryModule, AuthModule, ApiKeysModule, LimitsModule, ToolsModule],
  providers: [
    CatalogChanges,
    Completions,
    HandlerPipeline,
    LifecycleMethods,
    ListenMethods,
    McpCalls,
    McpDispatcher,
    McpHandlers,
    McpBodies,
    McpCallers,
    McpHttpRoutes,
    McpListener,
    McpMetrics,
    McpSessions,
    OpenStreams,
    PromptsMethods,
    RequestStates,
    ResourcesMethods,
    SessionsMethods,
    TasksMethods,
    ToolsMethods,
  ],
  exports: [McpListener],
})
export class McpGatewayModule implements BeforeApplicationShutdown {
  constructor(
    private readonly listener: McpListener,
    private readonly calls: ToolCallObserver,
  ) {}

  /** After the providers', which end open streams and questions, and before anything closes that calls in flight need. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.listener.close();
    await endedWithin(this.calls.idle(), HUNG_UP_MAX_MS);
  }
}
