import type { NetworkRules } from '../../common/network/network-rules.js';
import type { ServerTarget } from '../templates/server-target.js';
import { HttpPool } from './http/http-pool.js';
import { HttpTransport } from './http/http.transport.js';
import { WAITING_MAX } from './server-questions.js';
import { ChildTransport } from './stdio/child.transport.js';
import type { ProcessSlots } from './stdio/process-slots.js';
import type { UnaskedPace } from './unasked-pace.js';
import { unreachable } from './upstream-failure.js';

/** The longest answer that is taken from an upstream server. */
const ANSWER_MAX_BYTES = 8 * 1_048_576;
/** Beside the calls: the server's own stream, health checks, notifications, answers to what it asks. */
const EXTRA_CONNECTIONS = 8;

export interface TransportOptions {
  /** As callers know the server. */
  name: string;
  connectTimeoutMs: number;
  timeoutMs: number;
  /** Calls to the server at once. */
  concurrency: number;
  slots: ProcessSlots;
  /** Which addresses HTTP servers may have. */
  network: NetworkRules;
  /** How fast what the server says unasked is read, by all its sessions. */
  pace: UnaskedPace;
  /** Called with what a child process writes that is not MCP. */
  onNoise: (text: string) => void;
}

export type UpstreamTransport = HttpTransport | ChildTransport;

/** The way to a server, not yet used. @throws UpstreamFailure when the server has an address that is not allowed. */
export function transportTo(target: ServerTarget, options: TransportOptions): UpstreamTransport {
  try {
    return target.transport === 'http' ? httpTransport(target, options) : childTransport(target, options);
  } catch (error) {
    throw unreachable(options.name, error);
  }
}

function httpTransport({ url, headers }: ServerTarget & { transport: 'http' }, options: TransportOptions): HttpTransport {
  const http = new HttpPool(url, {
    ...options,
    headers,
    connect: options.network.connectOptions(url),
    connections: options.concurrency + WAITING_MAX + EXTRA_CONNECTIONS,
    maxAnswerBytes: ANSWER_MAX_BYTES,
  });
  return new HttpTransport(new URL(url), http, options.pace);
}

function childTransport(
  target: ServerTarget & { transport: 'stdio' },
  { slots, onNoise, pace }: TransportOptions,
): ChildTransport {
  return new ChildTransport({ ...target, slots, onNoise, pace, maxAnswerBytes: ANSWER_MAX_BYTES });
}
