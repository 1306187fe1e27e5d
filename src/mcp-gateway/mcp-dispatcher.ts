import { Injectable, Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import { maskSecrets } from '../common/mask-secrets.js';
import { TallygateError } from '../common/tallygate-error.js';
import { JSON_RPC, type JsonRpcId, type JsonRpcMessage, type JsonRpcNotification, type JsonRpcRequest } from './json-rpc.js';
import { McpContext, type McpExchange } from './mcp-context.js';
import { mcpFailure, McpProtocolError } from './mcp-error.js';
import { existsIn, readEra, type Era } from './protocol-era.js';
import { SerializedResult } from './serialized-result.js';

/** Pattern of the handler for notifications, of which this server needs none but must accept all. */
export const NOTIFICATION = 'notifications/*';
/** Pattern of the handler for methods nobody serves; it is guarded, so that a stranger learns nothing. */
export const UNKNOWN_METHOD = '*';

/** One answer: its HTTP status, extra headers, and the JSON-RPC message; no body for a notification. */
export interface McpAnswer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

const ACCEPTED: McpAnswer = { status: 202, headers: {} };

/** Takes a parsed message to its handler and its outcome back to the wire, whatever carries it. */
@Injectable()
export class McpDispatcher {
  private readonly logger = new Logger('MCP');
  private handlers: ReadonlyMap<string, MessageHandler> = new Map();

  use(handlers: ReadonlyMap<string, MessageHandler>): void {
    this.handlers = handlers;
  }

  /** Never rejects: every failure is an answer. */
  async dispatch(message: JsonRpcMessage, exchange: McpExchange): Promise<McpAnswer> {
    if (message.kind === 'reply') return ACCEPTED;
    const id = 'id' in message ? message.id : null;
    try {
      if (message.kind === 'invalid')
        throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Invalid Request: ${message.reason}`, 400);
      const era = readEra(message, exchange.headers, { isRouted: exchange.transport === 'http' });
      const result = await this.handle(message, new McpContext(exchange, era, message.method, message.params));
      return message.kind === 'notification' ? ACCEPTED : succeeded(message.id, result, era);
    } catch (error) {
      return this.failed(error, id, exchange.requestId);
    }
  }

  failed(error: unknown, id: JsonRpcId | null, requestId: string): McpAnswer {
    if (!(error instanceof McpProtocolError || error instanceof TallygateError)) {
      const msg = maskSecrets(`request ${requestId}: ${(error as Error)?.stack ?? JSON.stringify(error)}`);
      this.logger.error({ msg, requestId });
    }
    const failure = mcpFailure(error, requestId);
    return {
      status: failure.status,
      headers: failure.headers,
      body: JSON.stringify({ jsonrpc: '2.0', id, error: failure.error }),
    };
  }

  private async handle(message: JsonRpcRequest | JsonRpcNotification, context: McpContext): Promise<unknown> {
    const result: unknown = await this.handlerOf(message, context.era)(message.params, context as never);
    return isObservable(result) ? firstValueFrom(result) : result;
  }

  private handlerOf(message: JsonRpcRequest | JsonRpcNotification, era: Era): MessageHandler {
    const pattern = message.kind === 'notification' ? NOTIFICATION : message.method;
    const handler = existsIn(era, pattern) ? this.handlers.get(pattern) : undefined;
    return handler ?? this.handlers.get(UNKNOWN_METHOD)!;
  }
}

/** Modern results say what kind of result they are (MCP 2026-07-28, "Result"). */
function succeeded(id: JsonRpcId, result: unknown, era: Era): McpAnswer {
  const type = era.modern ? '"resultType":"complete",' : '';
  const json = result instanceof SerializedResult ? result.json : JSON.stringify(result);
  const fields = json === '{}' ? type.slice(0, -1) : type + json.slice(1, -1);
  return { status: 200, headers: {}, body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{${fields}}}` };
}
