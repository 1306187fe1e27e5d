import { Injectable, Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { RecordedResult } from '../../tools/call/usage-record.js';
import {
  JSON_RPC,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcReply,
  type JsonRpcRequest,
} from '../protocol/json-rpc.js';
import { McpContext, type McpExchange } from '../context/mcp-context.js';
import { mcpFailure, McpProtocolError, missingCapability } from '../protocol/mcp-error.js';
import { existsIn, readEra, type Era } from '../protocol/protocol-era.js';
import { RequestStates } from '../context/request-states.service.js';
import { SerializedResult } from '../protocol/serialized-result.js';

/** Pattern of the handler for notifications, of which this server needs none but must accept all. */
export const NOTIFICATION = 'notifications/*';
/** Pattern of the handler for methods nobody serves; it is guarded, so that a stranger learns nothing. */
export const UNKNOWN_METHOD = '*';

/** Patterns that no message from outside can name: replies, and what HTTP asks for without a message. */
export const INTERNAL = { REPLY: '#reply', STREAM: '#stream', END: '#end' } as const;

/** One answer: its HTTP status, extra headers, and the JSON-RPC message; no body for a notification. */
export interface McpAnswer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

const ACCEPTED: McpAnswer = { status: 202, headers: {} };
const NOT_ROUTED = { isRouted: false };

/** Takes a parsed message to its handler and its outcome back to the wire, whatever carries it. */
@Injectable()
export class McpDispatcher {
  private readonly logger = new Logger('MCP');
  private handlers: ReadonlyMap<string, MessageHandler> = new Map();

  constructor(private readonly states: RequestStates) {}

  use(handlers: ReadonlyMap<string, MessageHandler>): void {
    this.handlers = handlers;
  }

  /** Never rejects: every failure is an answer. */
  async dispatch(message: JsonRpcMessage, exchange: McpExchange): Promise<McpAnswer> {
    if (message.kind === 'reply') return this.reply(message, exchange);
    const id = 'id' in message ? message.id : null;
    try {
      if (message.kind === 'invalid')
        throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Invalid Request: ${message.reason}`, 400);
      const era = readEra(message, exchange.headers, { isRouted: exchange.transport === 'http' });
      const context = new McpContext(exchange, era, message, this.states);
      const result = await this.handle(this.handlerOf(message, era), context);
      return message.kind === 'notification' ? ACCEPTED : this.succeeded(message.id, result, context);
    } catch (error) {
      return this.failed(error, id, exchange.requestId);
    }
  }

  /** What is no request of the client's: one of `INTERNAL`. Answered without a body. Never rejects. */
  async serve(pattern: string, exchange: McpExchange, params: object = {}): Promise<McpAnswer> {
    const message = { kind: 'notification' as const, method: pattern, params: params as Record<string, unknown> };
    try {
      const context = new McpContext(exchange, readEra(message, exchange.headers, NOT_ROUTED), message, this.states);
      await this.handle(this.handlers.get(pattern)!, context);
      return ACCEPTED;
    } catch (error) {
      return this.failed(error, null, exchange.requestId);
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

  /** Without a session nothing was asked; such a reply is dropped. */
  private async reply(reply: JsonRpcReply, exchange: McpExchange): Promise<McpAnswer> {
    const isAwaited = exchange.session !== undefined || exchange.headers['mcp-session-id'] !== undefined;
    return isAwaited ? this.serve(INTERNAL.REPLY, exchange, reply) : ACCEPTED;
  }

  private async handle(handler: MessageHandler, context: McpContext): Promise<unknown> {
    try {
      const result: unknown = await handler(context.params, context as never);
      return isObservable(result) ? await firstValueFrom(result) : result;
    } finally {
      context.over();
    }
  }

  private handlerOf(message: JsonRpcRequest | JsonRpcNotification, era: Era): MessageHandler {
    const pattern = message.kind === 'notification' ? NOTIFICATION : message.method;
    const handler = existsIn(era, pattern) && !pattern.startsWith('#') ? this.handlers.get(pattern) : undefined;
    return handler ?? this.handlers.get(UNKNOWN_METHOD)!;
  }

  /** Modern results say what kind of result they are (MCP 2026-07-28, "Result"). */
  private succeeded(id: JsonRpcId, result: unknown, context: McpContext): McpAnswer {
    const { era, toolCall } = context;
    if (!era.modern) return resultOf(id, '', result);
    if (toolCall?.missingCapability !== undefined) throw missingCapability(toolCall.missingCapability);
    const { inputRequired } = result as RecordedResult;
    if (!inputRequired) return resultOf(id, '"resultType":"complete",', result);
    return resultOf(id, '"resultType":"input_required",', this.states.inputRequired(inputRequired, context));
  }
}

function resultOf(id: JsonRpcId, type: string, result: unknown): McpAnswer {
  const json = result instanceof SerializedResult ? result.json : JSON.stringify(result);
  const fields = json === '{}' ? type.slice(0, -1) : type + json.slice(1, -1);
  return { status: 200, headers: {}, body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{${fields}}}` };
}
