import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { PRICE_MAX } from './sections/bounds.js';
import { ENV_REFERENCE } from './env-reference.js';
import { network } from './host.js';
import { callerSchema, forwardHeaders, HEADER_NAME, headerContradictions } from './upstream/upstream-headers.js';

export const STRATEGIES = ['round_robin', 'least_connections', 'weighted', 'health_based', 'random'] as const;

/** Who approves what servers offer: nobody, whoever uses it first, or a person. */
export const APPROVALS = ['off', 'first_use', 'manual'] as const;
export type Approval = (typeof APPROVALS)[number];

/** What holds of all servers whose template says nothing of it. */
export const trustSettings = {
  /** `off`: everything passes; `manual`: what an admin has approved; `first_use`, which holds when absent: what is as it was seen first. */
  approval: z.enum(APPROVALS).optional(),
  /** An older word for `approval`. */
  tool_approval: z.enum(['first_use', 'manual']).optional(),
  /** Whether what servers tell models of themselves is offered to clients. */
  instructions: z.boolean().default(false),
};

/** Templates that come with Tallygate. */
export const SHIPPED_TEMPLATE_NAMES = ['http', 'sse', 'file-server', 'everything', 'memory'] as const;
export type ShippedTemplateName = (typeof SHIPPED_TEMPLATE_NAMES)[number];

/** `${config.name}`, a value of the registered server, or `${env:NAME}`, a variable of the gateway's environment. */
export const PLACEHOLDER = new RegExp(String.raw`\$\{config\.([A-Za-z][A-Za-z0-9_]*)\}|${ENV_REFERENCE}`, 'g');

/** Short, since the first server of a template is called like it, and its tools `{name}__{tool}`; further ones `files-2` and so on. */
export const templateName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short lower-case name')
  .refine((name) => !/-\d+$/.test(name), 'must not end in a number: servers are named that way');

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** These run whatever they are given, so a value from a request must not reach them. */
const SHELLS = /^(sh|bash|dash|ash|zsh|ksh|fish|csh|tcsh|cmd|powershell|pwsh|env|xargs|eval)(\.exe)?$/i;
const LOADER_VARIABLES = /^(PATH|NODE_OPTIONS|NODE_PATH|LD_.*|DYLD_.*|PYTHON(PATH|STARTUP|HOME)|BASH_ENV|ENV|PERL5OPT|RUBYOPT)$/i;

/** A text in which every `${…}` is one of the two placeholders. */
const value = z
  .string()
  .max(4_096)
  .refine((text) => !/[\0\r\n]/.test(text), 'must be one line')
  .refine((text) => !text.replace(PLACEHOLDER, '').includes('${'), 'only ${config.name} and ${env:NAME} can be filled in');

const seconds = z.number().min(0.1).max(600);
const filePath = z.string().min(1).max(4_096);
export const priceSchema = z.int().min(0).max(PRICE_MAX);

/** Files in PEM, read whenever a server is connected to. */
const tlsSchema = z
  .strictObject({
    /** Certificates of authorities that servers are believed by, beside the public ones and `servers.ca_file`. */
    ca_file: filePath.optional(),
    /** The gateway's own certificate for these servers, with its chain, and its key. */
    cert_file: filePath.optional(),
    key_file: filePath.optional(),
  })
  .refine(
    ({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined),
    'cert_file and key_file go together',
  );

/** A recipe for upstream MCP servers, written by the operator. Requests fill in `config` and nothing else. */
export const templateSchema = z
  .strictObject({
    description: z.string().max(1_000).default(''),
    /** `http`: streamable HTTP. `sse`: HTTP with one stream of events, as in MCP 2024-11-05. */
    transport: z.enum(['http', 'sse', 'stdio']),
    /** `modern`: MCP 2026-07-28; `legacy`: earlier. `auto` asks the server, once per connection; over `sse` all are legacy. */
    protocol: z.enum(['auto', 'legacy', 'modern']).default('auto'),
    /** http, sse: the server's URL. A value of the config is either the whole URL or an encoded part of it. */
    url: value.optional(),
    headers: z.record(z.string().regex(HEADER_NAME, 'must be a header name'), value).default({}),
    /** http, sse: the property of the config, if any, that holds further headers. */
    headers_from: z.string().optional(),
    /** http, sse: headers of a caller's request that go on to the server with it. */
    forward_headers: forwardHeaders,
    /** Tells servers who calls. */
    caller: callerSchema.optional(),
    /** http, sse: files that the gateway and the server know each other by, over TLS. */
    tls: tlsSchema.optional(),
    /** stdio: the program; it contains no placeholders. */
    command: z.string().min(1).max(4_096).optional(),
    args: z.array(value).max(100).default([]),
    /** stdio: the program's whole environment, beside PATH. */
    env: z.record(z.string().regex(VARIABLE_NAME, 'must be a variable name'), value).default({}),
    /** A JSON Schema. Properties that are `writeOnly` or of format `password` are secret and never shown. */
    config: z.record(z.string(), z.unknown()).default({ type: 'object', additionalProperties: false }),
    /** `name`: tools are called `{name}__{tool}`, by the name of the server or its pool. `none`: as the server calls them. `template` is an older word for `name`. */
    prefix: z.enum(['name', 'none', 'template']).default('name'),
    /** Credits for one call. */
    price: priceSchema.default(1),
    /** Whether a call is charged whose tool answers that it failed (`isError`): it did its work, and said so. */
    charge_tool_errors: z.boolean().default(true),
    /**
     * Whether a call is charged whose caller went away after it was sent. One that ends within a second of that is charged in any
     * case.
     */
    charge_cancelled: z.boolean().default(false),
    /** When a call is charged that its server works on as a task: when the task is made, or when its caller learns how it ended. */
    charge: z.enum(['on_create', 'on_complete']).default('on_create'),
    /** Credits per call, by the server's own name of the tool. */
    prices: z.record(z.string(), priceSchema).default({}),
    /** Table under which calls are recorded, by the server's own name of the tool. */
    tables: z.record(z.string(), z.string().max(200)).default({}),
    timeout_seconds: seconds.default(30),
    connect_timeout_seconds: seconds.default(10),
    strategy: z.enum(STRATEGIES).optional(),
    /** Most concurrent calls to one server. */
    concurrency: z.int().min(1).max(10_000).default(16),
    health_check_interval: seconds.max(86_400).optional(),
    health_check_timeout: seconds.default(5),
    /** Who approves what its servers offer; absent: as `servers.approval` says. */
    approval: z.enum(APPROVALS).optional(),
    /** Whether what its servers tell models of themselves is offered; absent: as `servers.instructions` says. */
    instructions: z.boolean().optional(),
    /** Private networks in which its servers may be, beside `servers.allowed_networks`. */
    allowed_networks: z.array(network).max(100).default([]),
  })
  .superRefine((template, context) => {
    for (const [path, message] of contradictions(template)) context.addIssue({ code: 'custom', path: [path], message });
  });

export type TemplateValues = z.infer<typeof templateSchema>;

export const templatesSchema = z.record(templateName, templateSchema).default({});

/** Names of the environment variables the templates refer to. */
export function variablesOf(templates: Record<string, TemplateValues>): string[] {
  return [...new Set(Object.values(templates).flatMap((template) => placeholders(template).flatMap(([, , name]) => name ?? [])))];
}

/**
 * Compiles a schema into a function that checks configs and fills in defaults.
 * @throws Error when it is not a JSON Schema
 */
export function compileConfigSchema(schema: Record<string, unknown>) {
  const ajv = new Ajv2020({ strict: false, useDefaults: true });
  addFormats.default(ajv);
  return ajv.compile<Record<string, unknown>>({ type: 'object', ...schema });
}

type Shape = Pick<
  TemplateValues,
  | ('transport' | 'protocol' | 'url' | 'command' | 'args' | 'env' | 'config')
  | ('headers' | 'headers_from' | 'forward_headers' | 'caller' | 'tls')
>;

function placeholders({ url = '', headers, args, env, caller }: Shape): RegExpMatchArray[] {
  const texts = [url, ...args, ...Object.values(headers), ...Object.values(env), caller?.secret ?? ''];
  return texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)]);
}

function contradictions(template: Shape): [string, string][] {
  const own = template.transport === 'stdio' ? stdioContradictions(template) : httpContradictions(template);
  return [...own, ...headerContradictions(template), ...schemaContradictions(template)];
}

function schemaContradictions(template: Shape): [string, string][] {
  const used = [...placeholders(template).map(([, name]) => name), template.headers_from];
  const known = Object.keys((template.config['properties'] as object | undefined) ?? {});
  const unknown = used.filter((name) => name !== undefined && !known.includes(name));
  try {
    compileConfigSchema(template.config);
  } catch (error) {
    return [['config', `is not a JSON Schema: ${(error as Error).message}`]];
  }
  return unknown.map((name) => ['config', `has no property "${name}", which the template uses`]);
}

function httpContradictions({ transport, protocol, url, command, args, env }: Shape): [string, string][] {
  const problems: [string, string][] = [];
  if (!url) problems.push(['url', `required with transport ${transport}`]);
  else if (!/^(https?:\/\/|\$\{)/.test(url)) problems.push(['url', 'must be an http:// or https:// URL']);
  if (command || args.length || Object.keys(env).length) problems.push(['command', 'only with transport stdio']);
  if (transport === 'sse' && protocol === 'modern') problems.push(['protocol', 'MCP 2026-07-28 has no transport sse']);
  return problems;
}

function stdioContradictions({ url, command, args, env, headers, headers_from, tls }: Shape): [string, string][] {
  const problems: [string, string][] = [];
  if (!command) problems.push(['command', 'required with transport stdio']);
  if (command?.includes('${')) problems.push(['command', 'is fixed: nothing is filled in']);
  if (SHELLS.test(command?.split(/[\\/]/).pop() ?? '') && args.some(takesConfig)) {
    problems.push(['args', 'a shell must not be given values of a request']);
  }
  if (args.some((arg) => /^-[^=]*\$\{config\./.test(arg))) {
    problems.push(['args', 'a value may follow an option only behind "=", or in an argument of its own']);
  }
  const loader = Object.keys(env).find((name) => LOADER_VARIABLES.test(name) && takesConfig(env[name]!));
  if (loader) problems.push(['env', `${loader} decides what is run and must not be given values of a request`]);
  if (url || headers_from || Object.keys(headers).length) problems.push(['url', 'only with transport http or sse']);
  if (tls) problems.push(['tls', 'only with transport http or sse']);
  return problems;
}

const takesConfig = (text: string) => text.includes('${config.');
