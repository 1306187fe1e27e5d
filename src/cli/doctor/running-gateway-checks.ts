import { resolve } from 'node:path';
import type { components } from '../../client/gateway-client.js';
import type { ConfigValues } from '../../config/app-config.js';
import { localName } from '../../config/host.js';
import { runningGateway } from '../../start/running-gateway.js';
import { onRest } from '../gateway/on-rest.js';
import { waitingWords } from '../../servers/pool/waiting-offers.js';
import { bad, good, open, type Finding } from './finding.js';

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

type Server = components['schemas']['ServerDto'];

/**
 * Upstream servers. Where somebody is logged in, with the words of each that does not work, and with what of each waits for approval.
 * Nothing where there are none.
 */
export async function serverFindings({ restUrl, health }: Running): Promise<Finding[]> {
  const { total, unhealthy, waiting_for_approval: waiting = 0 } = health.mcp_servers;
  if (total === 0) return [];
  const servers = unhealthy + waiting === 0 ? [] : await enabledServers(restUrl);
  const states =
    unhealthy === 0 ? [good('servers', `${total}, none of which is unhealthy`)] : brokenFindings(servers, health, restUrl);
  return waiting === 0 ? states : [...states, ...waitingFindings(servers, waiting, restUrl)];
}

/** None where nobody is logged in. */
async function enabledServers(url: string): Promise<Server[]> {
  const servers = await onRest({ url }, (gateway) => gateway.listServers({ include_health: true })).catch(() => []);
  return servers.filter(({ enabled }) => enabled);
}

function brokenFindings(servers: Server[], { mcp_servers: { total, unhealthy } }: Health, url: string): Finding[] {
  const broken = servers.filter(({ health }) => health?.status === 'unhealthy');
  if (broken.length === 0)
    return [bad('servers', `${unhealthy} of ${total} cannot serve`, `${loginAt(url)}: then each says why.`)];
  return broken.map(({ name, health }) => bad('servers', `${name}: ${health?.error}`, fixOf(name)));
}

function waitingFindings(servers: Server[], count: number, url: string): Finding[] {
  const words = servers.flatMap(({ name, health }) => {
    const waiting = waitingWords(name, health?.waiting_for_approval);
    return waiting ? [`${name}: ${waiting}`] : [];
  });
  const definitions = count === 1 ? '1 definition waits' : `${count} definitions wait`;
  const unnamed = `${definitions} for approval: ${loginAt(url)}`;
  return (words.length > 0 ? words : [unnamed]).map((text) => open('approval', text));
}

const loginAt = (url: string) => `tallygate login admin@localhost --url ${url}, and look again`;
const fixOf = (name: string) => `Mend it, then: tallygate servers check ${name}`;
