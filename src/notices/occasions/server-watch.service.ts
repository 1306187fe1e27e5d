import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { ServerPool } from '../../servers/pool/server-pool.service.js';
import type { PooledServer } from '../../servers/pool/pooled-server.js';
import { oneLine, type Occasion } from '../notice.js';

const KIND = 'server.down';
const ERROR_MAX_CHARS = 500;

/** Which upstream servers are down, as this replica sees them, and which are up. Reads what health checks and calls have shown. */
@Injectable()
export class ServerWatch {
  /** Since when each server was unhealthy at every look, milliseconds since the epoch. */
  private readonly downSince = new Map<string, number>();

  constructor(
    private readonly pool: ServerPool,
    private readonly config: AppConfig,
  ) {}

  /** Those that have been down for as long as the settings say. Called at every scan, or a short time up goes unseen. */
  look(now = Date.now()): Occasion<typeof KIND>[] {
    const down = this.enabled.filter(({ health }) => health.state === 'unhealthy');
    const ids = new Set(down.map(({ id }) => id));
    for (const id of this.downSince.keys()) if (!ids.has(id)) this.downSince.delete(id);
    for (const id of ids) if (!this.downSince.has(id)) this.downSince.set(id, now);
    const patienceMs = this.config.values.notices.server_down_seconds * 1_000;
    return down.filter(({ id }) => now - this.downSince.get(id)! >= patienceMs).map((server) => this.occasionOf(server));
  }

  /** Servers that work, by the key under which they would be down. */
  get healthy(): Map<string, PooledServer> {
    return new Map(this.enabled.filter(({ isHealthy }) => isHealthy).map((server) => [keyOf(server), server]));
  }

  private get enabled(): PooledServer[] {
    return this.pool.all().filter(({ isEnabled }) => isEnabled);
  }

  private occasionOf(server: PooledServer): Occasion<typeof KIND> {
    const since = new Date(this.downSince.get(server.id)!);
    const { error } = server.health;
    const data = { ...namesOf(server), since: since.toISOString(), error: error && oneLine(error, ERROR_MAX_CHARS) };
    return { key: keyOf(server), kind: KIND, subject: server.id, since, data };
  }
}

/** How notices name a server. */
export const namesOf = ({ id, name, template }: PooledServer) => ({
  server_id: id,
  server_name: name,
  template_name: template.name,
});

const keyOf = ({ id }: PooledServer) => `${KIND}:${id}`;
