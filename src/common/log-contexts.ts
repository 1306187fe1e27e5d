import { Logger } from '@nestjs/common';

/** The parts of the gateway that write log lines. Operators see these names as `context` and set levels by them. */
export const LOG_CONTEXTS = [
  'Auth',
  'Billing',
  'ClickHouse',
  'Credits',
  'Http',
  'Idempotency',
  'Key changes',
  'Key usage',
  'Listener',
  'Log',
  'MCP',
  'Metrics',
  'Notices',
  'PostgreSQL',
  'Redis',
  'Rest',
  'Server health',
  'Servers',
  'Shutdown',
  'Start',
  'Stock data',
  'Streams',
  'Suspended calls',
  'Tools',
  'Traces',
  'Usage',
  'Usage delivery',
] as const;

/** Contexts of Nest's own lines about its start. */
export const FRAMEWORK_CONTEXTS = [
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
] as const;

/** One of the list, or `Server <name>` for the connection to one upstream server. */
export type LogContext = (typeof LOG_CONTEXTS)[number] | `Server ${string}`;

const KNOWN: ReadonlySet<string> = new Set([...LOG_CONTEXTS, ...FRAMEWORK_CONTEXTS]);

/** Whether log lines can have this context. */
export const isLogContext = (text: string): boolean => KNOWN.has(text) || /^Server \S{1,128}$/.test(text);

/** A logger whose lines have this context. */
export const loggerFor = (context: LogContext): Logger => new Logger(context);
