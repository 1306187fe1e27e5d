import type { LoggerService } from '@nestjs/common';
import { isatty } from 'node:tty';
import { pino, type Level, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { FRAMEWORK_CONTEXTS } from '../common/log-contexts.js';
import { maskValues } from '../common/secrets/mask-values.js';
import { maskSecrets } from './mask-secrets.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogSettings {
  level: LogLevel;
  /** Unset: pretty on a terminal, else json. */
  format?: 'json' | 'pretty' | undefined;
}

const STDOUT = 1;
/** Nest's own lines about its start are written at level debug. */
const FRAMEWORK: ReadonlySet<string> = new Set(FRAMEWORK_CONTEXTS);
/** Nest's context for what ends the start. `serve` says it in words; where it came from is written at level debug. */
const FAILED_START = 'ExceptionHandler';

/** Lines of this level and above are written; a context can have a level of its own. */
export interface LogLevels {
  level: LogLevel;
  /** By context (`LOG_CONTEXTS`). */
  contexts: ReadonlyMap<string, LogLevel>;
}

/** Nest's log, as structured lines. Levels can be changed while it runs. Secrets are masked in every message and field, whoever writes them. */
export class TallygateLogger implements LoggerService {
  levels: LogLevels;
  private readonly pino: Logger;

  /** `fd` 2 where stdout belongs to a protocol. */
  constructor({ values }: { values: { log: LogSettings } }, fd = STDOUT) {
    this.levels = { level: values.log.level, contexts: new Map() };
    this.pino = createPino({ level: 'trace' }, streamFor(values.log, fd));
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(rest.at(-1) as string) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write(rest.at(-1) === FAILED_START ? 'debug' : 'error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest gives the context last, and for errors a stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    if (!this.isWanted(level, context)) return;
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? { stack: rest[0] } : {};
    this.pino[level]({ context, ...stack, ...fieldsOf(message) });
  }

  private isWanted(level: Level, context: unknown): boolean {
    const least = this.levels.contexts.get(context as string) ?? this.levels.level;
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(least) && least !== 'silent';
  }
}

/** Masks the fields, by their names too, and then the finished line: nothing that looks like a key gets past it, wherever it stands. */
export function createPino({ level }: LogSettings, stream: pino.DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: maskValues<Record<string, unknown>> },
    hooks: { streamWrite: maskSecrets },
  };
  return pino(options, stream);
}

function streamFor({ format = isatty(STDOUT) ? 'pretty' : 'json' }: LogSettings, fd: number): pino.DestinationStream {
  const lines = linesTo(fd);
  if (format === 'json') return lines;
  const pretty = prettyFactory({
    colorize: isatty(fd),
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'context,requestId,method,path,status',
    messageFormat: '{if context}[{context}] {end}{msg}',
  });
  return { write: (line) => void lines.write(pretty(line)) };
}

/** A terminal that was closed takes no more lines, as little as a pipe (EPIPE, of which pino takes care): the shutdown goes on without a log. */
function linesTo(fd: number): pino.DestinationStream {
  const lines = pino.destination({ fd, sync: true });
  lines.on('error', (error: { code?: string }) => {
    if (error.code !== 'EIO') throw error as Error;
    lines.write = () => true;
  });
  return lines;
}

/** A function makes what it is about to say only where it is written. */
function fieldsOf(message: unknown): object {
  if (typeof message === 'function') return message() as object;
  if (message instanceof Error) return { msg: message.message, stack: message.stack };
  return typeof message === 'object' && message !== null ? message : { msg: String(message) };
}
