import { Injectable, UseGuards } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { AppConfig } from '../../config/app-config.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod, Notifications, OnSession, OtherMethods } from '../protocol/mcp-method.js';
import { McpHandlers } from './mcp-handlers.js';

@Injectable()
class OpenMethods {
  @McpMethod('tools/call')
  call() {
    return {};
  }
}

@Injectable()
class NobodyGuard {
  canActivate(): boolean {
    throw new Error('not admitted');
  }
}

@Injectable()
@UseGuards(NobodyGuard)
class GuardedMethods {
  @Notifications()
  notification() {
    return 'taken';
  }

  @OtherMethods()
  other() {
    return 'other';
  }

  @OnSession('end')
  end() {
    return 'ended';
  }
}

const legacy = { modern: false, version: '2025-11-25' };

async function handlersOf(methods: typeof OpenMethods | typeof GuardedMethods): Promise<McpHandlers> {
  const providers = [McpHandlers, methods, { provide: AppConfig, useValue: testConfig() }];
  const module = await Test.createTestingModule({ imports: [DiscoveryModule], providers }).compile();
  await module.init();
  return module.get(McpHandlers);
}

describe('McpHandlers', () => {
  it('refuses to start with a handler that nothing guards', async () => {
    await expect(handlersOf(OpenMethods)).rejects.toThrow('OpenMethods serves methods of MCP without @UseGuards(ApiKeyGuard)');
  });

  it('puts the guards of its class around a handler, and hands on their error as it is', async () => {
    const handlers = await handlersOf(GuardedMethods);
    for (const handler of [handlers.of('other', legacy), handlers.ofSession('end')])
      await expect(handler({} as McpContext)).rejects.toThrow('not admitted');
  });

  it.each(['# session end', '# notifications', '__proto__', 'constructor', 'toString', ''])(
    'knows no method named %p',
    async (name) => {
      const handlers = await handlersOf(GuardedMethods);
      expect(handlers.of(name, legacy)).toBe(handlers.of('no such method', legacy));
    },
  );
});
