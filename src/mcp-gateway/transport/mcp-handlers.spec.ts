import { Injectable, UseGuards, UseInterceptors, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { AfterHandler } from '../../tools/call/after-handler.interceptor.js';
import { AppConfig } from '../../config/app-config.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod, Notifications, OnSession, OtherMethods } from '../protocol/mcp-method.js';
import { HandlerPipeline } from './handler-pipeline.js';
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

@Injectable()
class AnybodyGuard {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class UndecidedGuard {
  async canActivate(): Promise<boolean> {
    return false;
  }
}

@Injectable()
class InBrackets extends AfterHandler<string, string> {
  async after(given: string): Promise<string> {
    return `[${given}]`;
  }
}

@Injectable()
class InBraces extends AfterHandler<string, string> {
  async after(given: string): Promise<string> {
    return `{${given}}`;
  }
}

@Injectable()
class AroundHandler {
  intercept() {
    return [];
  }
}

@Injectable()
@UseGuards(AnybodyGuard)
@UseInterceptors(InBraces)
class FollowedMethods {
  @OtherMethods()
  @UseInterceptors(InBrackets)
  other() {
    return 'other';
  }

  @OnSession('end')
  @UseGuards(UndecidedGuard)
  end() {
    return 'ended';
  }
}

@Injectable()
@UseGuards(AnybodyGuard)
class SurroundedMethods {
  @OtherMethods()
  @UseInterceptors(AroundHandler)
  other() {
    return 'other';
  }
}

const legacy = { modern: false, version: '2025-11-25' };

async function handlersOf(methods: Type): Promise<McpHandlers> {
  const providers = [McpHandlers, HandlerPipeline, methods, { provide: AppConfig, useValue: testConfig() }];
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

  it('asks the guards of the method after those of its class, and takes no answer but yes', async () => {
    const handlers = await handlersOf(FollowedMethods);
    await expect(handlers.ofSession('end')({} as McpContext)).rejects.toThrow('UndecidedGuard');
  });

  it('gives the result to its interceptors, those of the class last', async () => {
    const handlers = await handlersOf(FollowedMethods);
    expect(await handlers.of('other', legacy)({} as McpContext)).toBe('{[other]}');
  });

  it('refuses to start with an interceptor that does more than go on with the result', async () => {
    await expect(handlersOf(SurroundedMethods)).rejects.toThrow('AroundHandler of SurroundedMethods');
  });

  it.each(['# session end', '# notifications', '__proto__', 'constructor', 'toString', ''])(
    'knows no method named %p',
    async (name) => {
      const handlers = await handlersOf(GuardedMethods);
      expect(handlers.of(name, legacy)).toBe(handlers.of('no such method', legacy));
    },
  );
});
