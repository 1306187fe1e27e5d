import type { NetworkRules } from '../../common/network/network-rules.js';
import type { ProxyRules } from '../../common/network/proxy-rules.js';
import { secureContextOf, type TlsFiles } from '../../common/network/tls-files.js';
import type { ServerTarget } from '../templates/server-target.js';
import { HttpPool } from './http/http-pool.js';
import { HttpTransport } from './http/http.transport.js';
import { SseTransport } from './http/sse.transport.js';
import { WAITING_MAX } from './server-questions.js';
import { ChildTransport } from './stdio/child.transport.js';
import type { ProcessSlots } from './stdio/process-slots.js';
import { TASK_WAITS_MAX } from './task-waits.js';
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
  /** By which proxies they are reached. */
  proxies: ProxyRules;
  /** How they and the gateway know each other over TLS, and how the gateway knows its proxy. */
  tls: TlsFiles & { proxyCaFiles: readonly string[] };
  /** How fast what the server says unasked is read, by all its sessions. */
  pace: UnaskedPace;
  /** Called with what a child process writes that is not MCP. */
  onNoise: (text: string) => void;
}

export type UpstreamTransport = HttpTransport | SseTransport | ChildTransport;

type RemoteTarget = Exclude<ServerTarget, { transport: 'stdio' }>;

/** The way to a server, not yet used. @throws UpstreamFailure when the server has an address that is not allowed. */
export function transportTo(target: ServerTarget, options: TransportOptions): UpstreamTransport {
  try {
    return target.transport === 'stdio' ? childTransport(target, options) : remoteTransport(target, options);
  } catch (error) {
    throw unreachable(options.name, error);
  }
}

function remoteTransport({ transport, url, headers }: RemoteTarget, options: TransportOptions): HttpTransport | SseTransport {
  const { network, proxies, tls, pace } = options;
  const proxy = proxies.proxyFor(url);
  const http = new HttpPool(url, {
    ...options,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    connect: network.connectOptions(url),
    judge: () => network.checkIfKnown(url),
    proxy,
    secureContext: secureContextOf(tls),
    proxyContext: proxy?.protocol === 'https:' ? secureContextOf({ caFiles: tls.proxyCaFiles }) : undefined,
    connections: options.concurrency + WAITING_MAX + TASK_WAITS_MAX + EXTRA_CONNECTIONS,
    maxAnswerBytes: ANSWER_MAX_BYTES,
  });
  if (transport === 'http') return new HttpTransport(new URL(url), http, pace);
  return new SseTransport(new URL(url), { ...options, http, maxAnswerBytes: ANSWER_MAX_BYTES });
}

function childTransport(
  target: ServerTarget & { transport: 'stdio' },
  { slots, onNoise, pace }: TransportOptions,
): ChildTransport {
  return new ChildTransport({ ...target, slots, onNoise, pace, maxAnswerBytes: ANSWER_MAX_BYTES });
}
