import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AppConfig } from '../../config/app-config.js';
import { isKeyOptional } from '../access/api-key.guard.js';
import { HANDLER, handlerOfSession, McpMethod, type SessionAction } from '../protocol/mcp-method.js';
import { existsIn, type Era } from '../protocol/protocol-era.js';
import { HandlerPipeline, type HandlerClass, type McpHandler } from './handler-pipeline.js';

/** The handler of each method of MCP, found by `@McpMethod` in all providers, with its guards and interceptors around it. */
@Injectable()
export class McpHandlers implements OnModuleInit {
  private readonly handlers = new Map<string, McpHandler>();
  private readonly keyless = new Set<McpHandler>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly pipeline: HandlerPipeline,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    for (const provider of this.discovery.getProviders()) {
      const instance = provider.instance as HandlerClass | undefined;
      if (!instance || provider.isAlias) continue;
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        const method = this.discovery.getMetadataByDecorator(McpMethod, provider, name);
        if (method === undefined) continue;
        const handler = this.pipeline.around(instance, name);
        this.handlers.set(method, handler);
        if (isKeyOptional(instance[name]!, this.config)) this.keyless.add(handler);
      }
    }
  }

  /** The one of a method in an era, which is that of unknown methods where the era does not have it. */
  of(method: string, era: Era): McpHandler {
    const handler = existsIn(era, method) && !method.startsWith('#') ? this.handlers.get(method) : undefined;
    return handler ?? this.handlers.get(HANDLER.OTHER_METHODS)!;
  }

  get ofNotifications(): McpHandler {
    return this.handlers.get(HANDLER.NOTIFICATIONS)!;
  }

  ofSession(action: SessionAction): McpHandler {
    return this.handlers.get(handlerOfSession(action))!;
  }

  /** Whether it answers nobody without a key. */
  needsKey(handler: McpHandler): boolean {
    return !this.keyless.has(handler);
  }
}
