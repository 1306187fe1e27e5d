import { randomUUID } from 'node:crypto';
import { GATEWAY } from '../../../src/auth/audit/audit-entry.js';
import { AuditLog } from '../../../src/auth/audit/audit-log.service.js';
import type { Approval } from '../../../src/config/template-config.js';
import { SeenPins } from '../../../src/servers/approval/seen-pins.service.js';
import { ServerPinsRepository } from '../../../src/servers/approval/server-pins.repository.js';
import { ServerPins } from '../../../src/servers/approval/server-pins.service.js';
import type { OfferKind } from '../../../src/servers/connection/definitions.js';
import type { ServerRegistry } from '../../../src/servers/registry/server-registry.service.js';
import type { TestDatabase } from '../databases/test-database.js';
import { server, UpstreamRig } from './upstream-rig.js';

const POOL = {
  transport: 'http',
  url: '${config.url}',
  headers: { Authorization: 'Bearer upstream-secret-1' },
  config: { type: 'object', properties: { url: { type: 'string' } } },
};

/** One registered server of the pool `pool`, whose pins are in a database. */
export class PinnedServer {
  readonly id = randomUUID();
  readonly pins: ServerPins;
  rig!: UpstreamRig;

  private constructor(database: TestDatabase) {
    const repository = new ServerPinsRepository(database.postgres);
    const registry = { reload: () => this.reload() } as unknown as ServerRegistry;
    this.pins = new ServerPins(repository, new SeenPins(repository), registry, new AuditLog(database.postgres));
  }

  /** Registered, and not at work yet. */
  static async registered(database: TestDatabase): Promise<PinnedServer> {
    const one = new PinnedServer(database);
    await database.dataSource.query(
      `INSERT INTO mcp.servers (id, name, template_name, config, metadata) VALUES ($1, $2, 'pool', '', '{}')`,
      [one.id, one.id],
    );
    return one;
  }

  start(url: string, approval: Approval, template: object = {}): void {
    this.rig = new UpstreamRig({ pool: { ...POOL, ...template } }, this.pins, { servers: { approval, instructions: true } });
    this.rig.set(server(this.id, 'pool', { url }));
  }

  /** What every replica does when it hears of an approval. */
  async reload(): Promise<void> {
    this.rig.set({ ...this.rig.registered[0]! });
  }

  async shown(kind?: OfferKind) {
    return (await this.pins.list([this.id], { kind }, { limit: 100, offset: 0 })).pins;
  }

  async tool(name: string) {
    return (await this.shown('tool')).find((pin) => pin.name === name)!;
  }

  approve(kind: OfferKind, name: string, pin: string): Promise<void> {
    return this.pins.approve(GATEWAY, this.id, [{ kind, name, pin }]);
  }

  async approveAll(kind: OfferKind): Promise<void> {
    await this.pins.approve(GATEWAY, this.id, await this.shown(kind));
  }
}
