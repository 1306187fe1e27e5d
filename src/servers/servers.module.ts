import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { ConfigCipher } from './config-cipher.js';
import { Conversations } from './conversations.service.js';
import { LoadBalancer } from './load-balancer.service.js';
import { ServerChangeListener } from './server-change.listener.js';
import { ServerHealth } from './server-health.service.js';
import { ServerMetrics } from './server.metrics.js';
import { ServerRegistry } from './server-registry.service.js';
import { ServerToolsController } from './server-tools.controller.js';
import { ServerToolsRepository } from './server-tools.repository.js';
import { ServersController } from './servers.controller.js';
import { ServersRepository } from './servers.repository.js';
import { ServersService } from './servers.service.js';
import { ServerTemplates } from './templates.service.js';
import { ToolPins } from './tool-pins.service.js';
import { UpstreamServers } from './upstream-servers.service.js';
import { UpstreamSources } from './upstream-sources.service.js';

/** Upstream MCP servers: registered from templates of the operator, and at work. */
@Module({
  imports: [ApiKeysModule, ToolsModule],
  controllers: [ServersController, ServerToolsController],
  providers: [
    ConfigCipher,
    Conversations,
    LoadBalancer,
    ServerChangeListener,
    ServerHealth,
    ServerMetrics,
    ServerRegistry,
    ServersRepository,
    ServersService,
    ServerTemplates,
    ServerToolsRepository,
    ToolPins,
    UpstreamServers,
    UpstreamSources,
  ],
  exports: [LoadBalancer, ServerHealth, ServerRegistry, UpstreamServers],
})
export class ServersModule {}
