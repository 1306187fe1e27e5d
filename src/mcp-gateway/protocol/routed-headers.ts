import type { IncomingHttpHeaders } from 'node:http';
import type { JsonSchema } from '../../tools/source/tool-source.js';
import { NAME_PARAMETER } from '../../common/mcp-header.js';
import { argumentAt, parameterHeadersOf, type ParameterHeader } from '../../tools/catalog/parameter-header.js';
import type { JsonRpcRequest } from './json-rpc.js';
import { MCP_ERROR, McpProtocolError } from './mcp-error.js';

/**
 * MCP 2026-07-28, "Server Validation": headers that intermediaries route on must say what the body says.
 * @throws McpProtocolError when one does not.
 */
export function compareHeaders(
  { method, params }: Pick<JsonRpcRequest, 'method' | 'params'>,
  headers: IncomingHttpHeaders,
  version: string,
): void {
  compare('MCP-Protocol-Version', headers['mcp-protocol-version'], version);
  compare('Mcp-Method', headers['mcp-method'], method);
  const parameter = NAME_PARAMETER[method];
  if (parameter) compare('Mcp-Name', decoded('Mcp-Name', headers['mcp-name']), params[parameter]);
}

/**
 * A call whose tool marks arguments to be repeated in headers. Only modern clients over HTTP send such headers.
 * @throws McpProtocolError when a header does not say what its argument says.
 */
export function checkParameterHeaders(schema: JsonSchema, headers: IncomingHttpHeaders, args: unknown): void {
  for (const each of parameterHeadersOf(schema)) compareParameter(each, headers, args);
}

function compareParameter({ header, path }: ParameterHeader, headers: IncomingHttpHeaders, args: unknown): void {
  const value = argumentAt(path, args);
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
