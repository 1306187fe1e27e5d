import { resolve } from 'node:path';
import type { components } from '../../client/gateway-client.js';
import type { ConfigValues } from '../../config/app-config.js';
import { localName } from '../../config/host.js';
import { runningGateway } from '../../start/running-gateway.js';
import { onRest } from '../gateway/on-rest.js';
import { bad, good, type Finding } from './finding.js';

/** What a running gateway says of itself. */
export type Health = components['schemas']['HealthDto'];

const TIMEOUT_MS = 3_000;

/** The gateway of these settings that runs, and where. */
export interface Running {
  restUrl: string;
  health: Health;
}

/** The one that has said in the data folder where it is, on whatever port; else the one on the port of the settings. */
export async function findRunning(values: ConfigValues): Promise<Running | undefined> {
  const restUrl = runningGateway(resolve(values.data_dir))?.restUrl ?? `http://${localName(values.host)}:${values.port}`;
  try {
    const response = await fetch(`${restUrl}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const health = (await response.json()) as Partial<Health>;
    return health.database && health.clickhouse && health.addresses ? { restUrl, health: health as Health } : undefined;
  } catch {
    return undefined; // nobody, or nobody of ours
  }
}

/** Those it really has, which are not the settings' where it was started with others. */
export const servedPorts = ({ health: { addresses } }: Running): Finding[] =>
  [addresses.rest_port, addresses.mcp_port].map((port) => good('ports', `${port} is served by the running gateway`));

export const engineFinding = (name: string, state: string): Finding =>
  state === 'connected'
    ? good(name, 'connected, says the running gateway')
    : bad(name, `${state}, says the running gateway`, "Look into the gateway's log.");

/** Upstream servers, with the words of each that does not work where somebody is logged in. Nothing where there are none. */
export async function serverFindings({ restUrl, health }: Running): Promise<Finding[]> {
  const { total, unhealthy } = health.mcp_servers;
  if (total === 0) return [];
  if (unhealthy === 0) return [good('servers', `${total}, none of which is unhealthy`)];
  const named = await onRest({ url: restUrl }, (gateway) => gateway.listServers({ include_health: true })).catch(() => undefined);
  const broken = named?.filter(({ enabled, health: own }) => enabled && own?.status === 'unhealthy') ?? [];
  if (broken.length > 0) return broken.map(({ name, health: own }) => bad('servers', `${name}: ${own?.error}`, fixOf(name)));
  const login = `tallygate login admin@localhost --url ${restUrl}, and look again: then each says why.`;
  return [bad('servers', `${unhealthy} of ${total} cannot serve`, login)];
}

const fixOf = (name: string) => `Mend it, then: tallygate servers check ${name}`;
