import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { VERSION } from '../../common/version.js';
import { readClientSettings } from '../../config/client-settings.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { mcpUrlOf, UNAUTHORIZED_WORDS, unreachable } from './gateway-address.js';

export interface McpOptions {
  url?: string;
  apiKey?: string;
}

/** Longer than the gateway lets any tool run, so that it is the gateway that says so. */
const TIMEOUT_MS = 660_000;
/** The status; a tool that is not there is JSON-RPC's business. */
const NOT_FOUND = 404;
const REFUSED_WORDS: Record<number, string> = { 401: UNAUTHORIZED_WORDS };

/** The MCP face of a gateway, with the official SDK's client. */
export class GatewayMcp {
  private constructor(
    private readonly client: Client,
    private readonly url: string,
  ) {}

  /** Connects, works, disconnects. @throws CliFailure when nothing answers, or the key or the call is refused. */
  static async with<T>(options: McpOptions, work: (gateway: GatewayMcp) => Promise<T>): Promise<T> {
    const { url: address = readClientSettings().url, apiKey = readClientSettings().apiKey } = options;
    const gateway = new GatewayMcp(new Client({ name: 'tallygate-cli', version: VERSION }), mcpUrlOf(address));
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
    if (code === NOT_FOUND) return new CliFailure(`${this.url} is not there. Is it the address that the gateway shows for MCP?`);
    return new CliFailure(REFUSED_WORDS[code] ?? wordsOf(message));
  }
}

/** To the endpoint, with the key in the header of source 001. */
function transportTo(url: string, apiKey: string | undefined): StreamableHTTPClientTransport {
  const headers: Record<string, string> = apiKey === undefined ? {} : { 'X-API-Key': apiKey };
  return new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
}

/** The SDK puts its own words around the gateway's, which are JSON-RPC where the address is that of MCP. */
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
