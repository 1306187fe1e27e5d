import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../../common/json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { ConfigCipher } from './config-cipher.js';
import { firstFree, type NamedServer } from './server-names.js';
import { ServersRepository, type StoredServer } from './servers.repository.js';

/** A server that may not have a pool yet. */
export interface MaybePlaced extends Omit<NamedServer, 'pool'> {
  id: string;
  pool: string | null;
  /** As text, the same for the same config; undefined for one that does not open. */
  config: string | undefined;
}

/**
 * Finds pools for servers that a release without pools has registered, where all servers of a template were one: at the first start,
 * and while replicas are replaced one by one.
 */
@Injectable()
export class UnplacedServers {
  private readonly logger = loggerFor('Servers');

  constructor(
    private readonly repository: ServersRepository,
    private readonly cipher: ConfigCipher,
  ) {}

  /** Whether some of these servers have a pool now that had none. */
  async place(servers: readonly StoredServer[]): Promise<boolean> {
    if (servers.every(({ pool }) => pool !== null) || poolsFor(this.opened(servers)).size === 0) return false;
    let placed: readonly NamedServer[] = [];
    await this.repository.place((current) => {
      const pools = poolsFor(this.opened(current));
      placed = current.flatMap((server) => (pools.has(server.id) ? [{ ...server, pool: pools.get(server.id)! }] : []));
      return pools;
    });
    for (const words of separations(placed)) this.logger.warn(words);
    return true;
  }

  private opened(servers: readonly StoredServer[]): MaybePlaced[] {
    return servers.map((server) => ({ ...server, config: this.textOf(server) }));
  }

  private textOf({ id, config }: StoredServer): string | undefined {
    try {
      return canonicalJson(this.cipher.open(id, config));
    } catch {
      return undefined;
    }
  }
}

/**
 * The pools of servers that have none, by id. Those that are configured alike are one, as they were. The first pool keeps the name of
 * the template, and so its tools keep theirs; another is called as its first server. One whose config does not open waits until it
 * does: with a wrong secret key, no two would be alike.
 * @param servers all, in the order of registration
 */
export function poolsFor(servers: readonly MaybePlaced[]): Map<string, string> {
  const placed = servers.filter((server): server is MaybePlaced & { pool: string } => server.pool !== null);
  const pools = new Map<string, string>();
  for (const server of servers.filter(({ pool, config }) => pool === null && config !== undefined)) {
    const alike = placed.find(({ templateName, config }) => templateName === server.templateName && config === server.config);
    const pool = alike?.pool ?? ownPool(server, servers, placed);
    placed.push({ ...server, pool });
    pools.set(server.id, pool);
  }
  return pools;
}

function ownPool({ name, templateName }: MaybePlaced, servers: readonly MaybePlaced[], placed: readonly NamedServer[]): string {
  const isPool = (wanted: string) => placed.some(({ pool }) => pool === wanted);
  if (!isPool(templateName) && !servers.some((server) => server.name === templateName)) return templateName;
  return isPool(name) ? firstFree(name, placed) : name;
}

/** What to say where servers of one template are not one pool any more. */
export function separations(placed: readonly NamedServer[]): string[] {
  return [...new Set(placed.map(({ templateName }) => templateName))].flatMap((template) => {
    const servers = placed.filter(({ templateName }) => templateName === template);
    const pools = [...new Set(servers.map(({ pool }) => pool))];
    if (pools.length < 2 && pools[0] === template) return [];
    const shown = pools.map((pool) => `${pool} (${servers.flatMap((one) => (one.pool === pool ? [one.name] : [])).join(', ')})`);
    return [
      `Servers of the template "${template}" that are configured differently are pools of their own now: ${shown.join(', ')}. ` +
        'Unless the template says otherwise their tools are called {pool}__{tool}; see "Names and pools" in docs/servers.md',
    ];
  });
}
