import type { IncomingHttpHeaders } from 'node:http';
import type { JsonSchema } from '../tools/tool-source.js';
import { isObject, type JsonRpcRequest } from './json-rpc.js';
import { MCP_ERROR, McpProtocolError } from './mcp-error.js';

const NAME_PARAMETER: Record<string, string> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };
/** RFC 9110, "Tokens". */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
const DEPTH_MAX = 8;

/**
 * MCP 2026-07-28, "Server Validation": headers that intermediaries route on must say what the body says.
 * @throws McpProtocolError when one does not.
 */
export function compareHeaders(message: JsonRpcRequest, headers: IncomingHttpHeaders, version: string): void {
  compare('MCP-Protocol-Version', headers['mcp-protocol-version'], version);
  compare('Mcp-Method', headers['mcp-method'], message.method);
  const parameter = NAME_PARAMETER[message.method];
  if (parameter) compare('Mcp-Name', decoded('Mcp-Name', headers['mcp-name']), message.params[parameter]);
}

/** An argument that clients repeat in a header. */
export interface ParameterHeader {
  /** As the schema writes it, with its prefix. */
  header: string;
  /** Where the argument stands. */
  path: readonly string[];
}

/**
 * What a tool's schema marks with `x-mcp-header` (MCP 2026-07-28, "Custom Headers from Tool Parameters"): arguments that are always
 * at one place. Marks elsewhere, or with a name that is no header's, do not count.
 */
export function parameterHeadersOf({ properties }: JsonSchema, path: readonly string[] = []): ParameterHeader[] {
  if (!isObject(properties) || path.length > DEPTH_MAX) return [];
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (!isObject(schema)) return [];
    const mark = schema['x-mcp-header'];
    const own = typeof mark === 'string' && TOKEN.test(mark) ? [{ header: `Mcp-Param-${mark}`, path: [...path, name] }] : [];
    return [...own, ...parameterHeadersOf(schema as JsonSchema, [...path, name])];
  });
}

/** @throws McpProtocolError when a header does not say what its argument says. */
export function compareParameter({ header, path }: ParameterHeader, headers: IncomingHttpHeaders, args: unknown): void {
  const value = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), args) ?? undefined;
  const sent = decoded(header, headers[header.toLowerCase()]);
  if (typeof value === 'number' && typeof sent === 'string' && sent.trim() !== '' && Number(sent) === value) return;
  compare(header, sent, value === undefined ? undefined : String(value));
}

function compare(name: string, header: string | string[] | undefined, body: unknown): void {
  if (header === body) return;
  const problem = header === undefined ? 'is missing' : `value '${String(header)}' does not match body value '${String(body)}'`;
  throw mismatch(`${name} header ${problem}`);
}

/** MCP 2026-07-28, "Value Encoding": `=?base64?…?=` carries what a header cannot. */
function decoded(name: string, header: string | string[] | undefined): string | string[] | undefined {
  const encoded = typeof header === 'string' ? /^=\?base64\?(.*)\?=$/.exec(header)?.[1] : undefined;
  if (encoded === undefined) return header;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) throw mismatch(`${name} header is not valid base64`);
  return bytes.toString('utf8');
}

const mismatch = (problem: string) => new McpProtocolError(MCP_ERROR.HEADER_MISMATCH, `Header mismatch: ${problem}`, 400);
