import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { CallerEmails } from './callers/caller-emails.service.js';
import { ConfigCipher } from './registry/config-cipher.js';
import { LoadBalancer } from './pool/load-balancer.service.js';
import { ServerChangeListener } from './registry/server-change.listener.js';
import { HealthChecks } from './pool/health-checks.service.js';
import { ServerMetrics } from './server.metrics.js';
import { ServerRegistry } from './registry/server-registry.service.js';
import { ApprovalsController } from './approvals.controller.js';
import { SeenPins } from './approval/seen-pins.service.js';
import { ServerPinsController } from './approval/server-pins.controller.js';
import { ServerPinsRepository } from './approval/server-pins.repository.js';
import { ServerPins } from './approval/server-pins.service.js';
import { ServerToolsController } from './approval/server-tools.controller.js';
import { ShownTools } from './approval/shown-tools.service.js';
import { ShownPins } from './approval/shown-pins.service.js';
import { ServerChecksRepository } from './checks/server-checks.repository.js';
import { ServerChecks } from './checks/server-checks.service.js';
import { ServerHistoryController } from './checks/server-history.controller.js';
import { ServersController } from './servers.controller.js';
import { ServersRepository } from './registry/servers.repository.js';
import { ServersService } from './servers.service.js';
import { ServerTemplatesController } from './templates/server-templates.controller.js';
import { ServerTrialsController } from './trial/server-trials.controller.js';
import { ServerTrials } from './trial/server-trials.service.js';
import { ServerTemplates } from './templates/server-templates.service.js';
import { ServerPool } from './pool/server-pool.service.js';
import { PoolSources } from './source/pool-sources.service.js';
import { ToolChangesController } from './tool-changes/tool-changes.controller.js';
import { ToolChangesRepository } from './tool-changes/tool-changes.repository.js';
import { ToolChanges } from './tool-changes/tool-changes.service.js';
import { UnplacedServers } from './registry/unplaced-servers.service.js';

/** Upstream MCP servers: registered from templates of the operator, and at work. */
@Module({
  imports: [ApiKeysModule, ToolsModule],
  controllers: [
    ApprovalsController,
    ServerTemplatesController, // before the one that takes any word for a server's id
    ServersController,
    ServerHistoryController,
    ServerPinsController,
    ServerToolsController,
    ServerTrialsController,
    ToolChangesController,
  ],
  providers: [
    CallerEmails,
    ConfigCipher,
    LoadBalancer,
    ServerChangeListener,
    HealthChecks,
    ServerChecks,
    ServerChecksRepository,
    ServerMetrics,
    ServerRegistry,
    ServersRepository,
    ServersService,
    ServerTemplates,
    ServerTrials,
    SeenPins,
    ServerPins,
    ServerPinsRepository,
    ShownPins,
    ShownTools,
    ToolChanges,
    ToolChangesRepository,
    ServerPool,
    PoolSources,
    UnplacedServers,
  ],
  exports: [LoadBalancer, HealthChecks, ServerRegistry, ServerPool],
})
export class ServersModule {}
