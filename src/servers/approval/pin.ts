import { createHash } from 'node:crypto';
import { canonicalText, exactJson, isExactObject, type ExactJson, type ExactObject } from '../../common/json-text/exact-json.js';
import type { OfferKind } from '../connection/definitions.js';
import { argumentsMeaning, asItIs, meaningOf, schemaMeaning, setOf, unordered, words, type Reader } from './schema-meaning.js';

/**
 * What hosts act upon in `_meta`: pages to show and who may call (MCP Apps, and `ui/resourceUri` of its drafts), names that the protocol
 * reserves, and what the makers of hosts, or this gateway, have named after themselves. Anything else there is the server's own:
 * no host knows it and no model reads it, while servers put builds, times and counters into it.
 */
const HOSTS = new Set([
  ...['ui', 'mcp', 'modelcontextprotocol', 'mcpui', 'mcp-ui', 'tallygate'],
  ...['openai', 'anthropic', 'claude', 'google', 'microsoft', 'github', 'vscode', 'cursor'],
]);
const PLAIN_NAMES = new Set(['ui', 'securitySchemes']);
const isActedUpon = (name: string): boolean => PLAIN_NAMES.has(name) || labelsOf(name).some((label) => HOSTS.has(label));
/** Of `com.example.host/name` what stands before the name. */
const labelsOf = (name: string): string[] => name.slice(0, Math.max(0, name.indexOf('/'))).split('.');

/** Hints of tools, and of resources; when something was changed last is no part of what it means. */
const HINTS: Readonly<Record<string, Reader | undefined>> = { title: words, audience: setOf(asItIs), lastModified: undefined };
const WITHOUT_HINTS = {
  ...{ title: ['""'], readOnlyHint: ['false'], destructiveHint: ['true'], idempotentHint: ['false'], openWorldHint: ['true'] },
};
const annotations: Reader = (value) =>
  isExactObject(value) ? meaningOf(value, (name) => (Object.hasOwn(HINTS, name) ? HINTS[name] : asItIs), WITHOUT_HINTS) : {};

/** Its lists are sets: of domains, of who may see. */
const unorderedWithin: Reader = (value) => {
  if (Array.isArray(value)) return setOf(unorderedWithin)(value);
  return isExactObject(value) ? meaningOf(value, () => unorderedWithin, {}) : value;
};
const meta: Reader = (value) =>
  isExactObject(value) ? meaningOf(value, (name) => (isActedUpon(name) ? unorderedWithin : undefined), {}) : {};

const execution: Reader = (value) =>
  isExactObject(value) ? meaningOf(value, () => asItIs, { taskSupport: ['"forbidden"'] }) : {};
const argument: Reader = (value) =>
  isExactObject(value)
    ? meaningOf(value, (name) => (name === 'title' || name === 'description' ? words : asItIs), {
        ...{ title: ['""'], description: ['""'], required: ['false'] },
      })
    : value;

/** What a model reads of a definition and what changes the call. Icons are neither. */
const NAMED: Readonly<Record<string, Reader>> = { name: asItIs, title: words, description: words, _meta: meta };
const READ: Readonly<Record<OfferKind, Readonly<Record<string, Reader>>>> = {
  tool: { ...NAMED, inputSchema: argumentsMeaning, outputSchema: schemaMeaning, annotations, execution },
  prompt: { ...NAMED, arguments: unordered(argument) },
  resource: { ...NAMED, uri: asItIs, mimeType: asItIs, annotations },
  template: { ...NAMED, uriTemplate: asItIs, mimeType: asItIs, annotations },
  instructions: { instructions: words },
};
const WITHOUT = {
  ...{ title: ['""'], description: ['""'], annotations: ['{}'], execution: ['{}'], _meta: ['{}'], arguments: ['[]'] },
};

/** What is read where nothing stands. */
const implied = (kind: OfferKind, { uri, uriTemplate }: ExactObject): ExactObject =>
  kind === 'tool'
    ? { inputSchema: {} }
    : { ...(uri !== undefined && { name: uri }), ...(uriTemplate !== undefined && { name: uriTemplate }) };

/**
 * A hash of everything in a definition that tells a model what it is and that changes what a call does. An operator approves a pin, not
 * a name, so that what changes its meaning has to be approved again; what is only written in another way does not (ADR 18).
 * @param json The definition as its server wrote it
 */
export function pinOf(kind: OfferKind, json: string): string {
  const given = exactJson(json) as ExactObject;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const meaning: ExactJson = meaningOf({ ...implied(kind, said), ...said }, (name) => readerOf(kind, name), WITHOUT);
  return createHash('sha256')
    .update(canonicalText([kind, meaning]))
    .digest('hex');
}

const readerOf = (kind: OfferKind, name: string): Reader | undefined =>
  Object.hasOwn(READ[kind], name) ? READ[kind][name] : undefined;
