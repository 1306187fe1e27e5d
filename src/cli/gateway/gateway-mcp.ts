import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LATEST_PROTOCOL_VERSION, type CallToolResult, type Tool } from '@modelcontextprotocol/sdk/types.js';
import { VERSION } from '../../common/version.js';
import { readClientSettings } from '../../config/client-settings.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { addressesOf, keyRefused, unreachable } from './gateway-address.js';

export interface McpOptions {
  url?: string;
  apiKey?: string;
}

const NAME = 'tallygate-cli';
/** Longer than the gateway lets any tool run, so that the gateway's own time limit is the one reported. */
const TIMEOUT_MS = 660_000;
/** The HTTP status; an unknown tool is a JSON-RPC error instead. */
const NOT_FOUND = 404;
const UNAUTHORIZED = 401;

/** A gateway answers every message by itself. An `initialize` before each would count against the key's limit an hour. */
class StatelessClient extends Client {
  override connect(transport: Transport): Promise<void> {
    return Protocol.prototype.connect.call(this, transport);
  }
}

/** A gateway's MCP endpoint, through the official SDK's client. */
export class GatewayMcp {
  private constructor(
    private readonly client: Client,
    private readonly url: string,
    private readonly apiKey: string | undefined,
  ) {}

  /** Connects, works, disconnects. @throws CliFailure when nothing answers, or the key or the call is refused. */
  static async with<T>(options: McpOptions, work: (gateway: GatewayMcp) => Promise<T>): Promise<T> {
    const { url: address = readClientSettings().url, apiKey = readClientSettings().apiKey } = options;
    const { mcp } = await addressesOf(address);
    const gateway = new GatewayMcp(new StatelessClient({ name: NAME, version: VERSION }), mcp, apiKey);
    try {
      await gateway.client.connect(transportTo(gateway.url, apiKey));
      return await work(gateway);
    } catch (error) {
      throw gateway.failure(error);
    } finally {
      await gateway.client.close();
    }
  }

  async tools(): Promise<Tool[]> {
    const { tools } = await this.client.listTools();
    return tools;
  }

  async call(name: string, args: Record<string, unknown>): Promise<CallToolResult> {
    const result = await this.client.callTool({ name, arguments: args }, undefined, { timeout: TIMEOUT_MS });
    return result as CallToolResult;
  }

  private failure(error: unknown): Error {
    if (error instanceof CliFailure) return error;
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== 'number') return unreachable(this.url, error);
    if (code === NOT_FOUND) return new CliFailure(`${this.url} was not found. Is it the MCP address that the gateway shows?`);
    if (code === UNAUTHORIZED) return keyRefused(this.apiKey, wordsOf(message));
    return new CliFailure(wordsOf(message));
  }
}

/** A transport to the endpoint, with the key in the header of source 001. */
function transportTo(url: string, apiKey: string | undefined): StreamableHTTPClientTransport {
  const headers = { 'User-Agent': `${NAME}/${VERSION}`, ...(apiKey !== undefined && { 'X-API-Key': apiKey }) };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  transport.setProtocolVersion(LATEST_PROTOCOL_VERSION);
  return transport;
}

/** The SDK wraps the gateway's message, which is JSON-RPC if the address is that of MCP. */
function wordsOf(message: string): string {
  const body = /\{.*\}$/s.exec(message)?.[0];
  try {
    const parsed = JSON.parse(body ?? '') as { error?: { message?: string } };
    if (parsed.error?.message) return parsed.error.message;
  } catch {
    // not the gateway's JSON
  }
  return message.replace(/^MCP error -?\d+: /, '');
}
