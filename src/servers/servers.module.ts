import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { ConfigCipher } from './registry/config-cipher.js';
import { Conversations } from './source/suspended-calls.service.js';
import { LoadBalancer } from './pool/load-balancer.service.js';
import { ServerChangeListener } from './registry/server-change.listener.js';
import { ServerHealth } from './pool/health-checks.service.js';
import { ServerMetrics } from './server.metrics.js';
import { ServerRegistry } from './registry/server-registry.service.js';
import { ServerToolsController } from './approval/server-tools.controller.js';
import { ServerToolsRepository } from './approval/server-tools.repository.js';
import { ServersController } from './servers.controller.js';
import { ServersRepository } from './registry/servers.repository.js';
import { ServersService } from './servers.service.js';
import { ServerTemplates } from './templates/templates.service.js';
import { ToolPins } from './approval/tool-pins.service.js';
import { UpstreamServers } from './pool/server-pool.service.js';
import { UpstreamSources } from './source/template-sources.service.js';

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
