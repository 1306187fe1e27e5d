import type { ServerTemplate } from '../../templates/server-template.js';
import { UpstreamExchange } from '../upstream-exchange.js';
import { isNotReached } from '../upstream-failure.js';
import { discoveredIn, type Discovered } from './handshake.js';
import { ConnectionClosed, NotMcp } from './no-answer.js';
import type { Relay } from './relay.js';
import { metaOf, MODERN_VERSION } from './request-meta.js';

export interface Probe {
  /** As callers know the server. */
  name: string;
  protocol: ServerTemplate['protocol'];
  /** For the whole start. */
  connectTimeoutMs: number;
  /** Of the gateway. */
  capabilities: object;
}

/**
 * What a server of MCP 2026-07-28 says of itself. Undefined for one that says something else, or nothing in time: it is of an older
 * revision then, and asked `initialize`.
 * @throws ConnectionClosed, and what failed before the server heard anything; where nothing but that revision is wanted, why it is not that
 */
export async function discover(
  relay: Relay,
  { name, protocol, connectTimeoutMs, capabilities }: Probe,
): Promise<Discovered | undefined> {
  if (protocol === 'legacy') return undefined;
  const timeoutMs = protocol === 'auto' ? connectTimeoutMs / 2 : connectTimeoutMs;
  const exchange = new UpstreamExchange(name, { timeoutMs });
  try {
    const params = { _meta: metaOf(undefined, true, capabilities) };
    const found = discoveredIn((await relay.request({ method: 'server/discover', params, isModern: true }, exchange)).value);
    if (found?.supportedVersions.includes(MODERN_VERSION)) return found;
    if (protocol === 'modern') throw new NotMcp(`it does not speak MCP ${MODERN_VERSION}`);
  } catch (error) {
    if (protocol === 'modern' || error instanceof ConnectionClosed || isNotReached(error)) throw error;
  } finally {
    exchange.end();
  }
  return undefined;
}
