import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Actor, AuditAction } from '../auth/audit/audit-entry.js';
import { AuditLog } from '../auth/audit/audit-log.service.js';
import type { Transaction } from '../database/sql.js';
import { loggerFor } from '../common/log-contexts.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { ConfigCipher } from './registry/config-cipher.js';
import { ForbiddenAddress } from '../common/network/network-rules.js';
import { demandSameRecipient, withKeptSecrets, type MergedConfig } from './registry/kept-secrets.js';
import type { RegisteredServer } from './registry/registered-server.js';
import { ServerRegistry } from './registry/server-registry.service.js';
import { ConfigProblem, targetOf } from './templates/server-target.js';
import { baseNameOf, namesFor } from './registry/server-names.js';
import { ServersRepository, type StoredServer } from './registry/servers.repository.js';
import type { ServerTemplate } from './templates/server-template.js';
import { ServerTemplates } from './templates/server-templates.service.js';
import { Sources } from '../tools/catalog/sources.service.js';

/** Far more than any config or metadata in use. */
const JSON_MAX_CHARS = 65_536;

/** Paths of the API: a server of this name could not be asked for. */
const PATHS = ['templates', 'test'];

export interface Registration {
  templateName: string;
  /** Absent: its template's, or its host's (`baseNameOf`). */
  name?: string | undefined;
  /** The pool whose calls it shares, a new one too. Absent: it has its own, of its name. */
  pool?: string | undefined;
  config: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

export interface ServerEdit {
  enabled?: boolean | undefined;
  weight?: number | undefined;
  config?: Record<string, unknown> | undefined;
  /** Whether secrets stay that the config leaves out. */
  keepSecrets?: boolean | undefined;
  metadata?: Record<string, unknown> | undefined;
}

/** Registers, changes and removes upstream servers. When a method has returned, its change is in this replica's registry. */
@Injectable()
export class ServersService {
  private readonly logger = loggerFor('Servers');

  constructor(
    private readonly repository: ServersRepository,
    private readonly registry: ServerRegistry,
    private readonly templates: ServerTemplates,
    private readonly cipher: ConfigCipher,
    private readonly audit: AuditLog,
    private readonly config: AppConfig,
    private readonly sources: Sources,
  ) {}

  /**
   * A server by id or name. One that is not known here is looked up again: another replica may just have registered it.
   * @throws NOT_FOUND
   */
  async get(idOrName: string): Promise<RegisteredServer> {
    const known = this.registry.find(idOrName);
    if (known) return known;
    await this.registry.reload();
    const found = this.registry.find(idOrName);
    if (!found) throw new TallygateError('NOT_FOUND', `There is no server "${idOrName.slice(0, 100)}".${this.hintFor(idOrName)}`);
    return found;
  }

  /**
   * @throws INVALID_INPUT with the path of what is wrong, CONFLICT when the limit of servers is reached or a name is taken.
   */
  async register(by: Actor, { templateName, name, pool, config, metadata }: Registration): Promise<RegisteredServer> {
    const checked = await this.checkConfig(templateName, config);
    demandSmall('instance_metadata', metadata);
    const id = randomUUID();
    const server = { id, templateName, config: this.cipher.seal(id, checked), metadata };
    const max = this.config.values.servers.max_servers;
    const wanted = { templateName, name, pool, base: baseNameOf(this.templates.get(templateName), checked) };
    const reserved = [...PATHS, ...this.sources.all().flatMap((source) => (source.isForeign ? [] : [source.name]))];
    const note = this.note(by, 'server.registered', { template_name: templateName });
    const stored = await this.repository.insert(server, max, (known) => namesFor(wanted, known, reserved), note);
    if (!stored) throw new TallygateError('CONFLICT', `Server limit reached: ${max} (servers.max_servers).`);
    this.logger.log(`${stored.name} registered`);
    await this.registry.reload();
    return this.get(id);
  }

  /** @throws NOT_FOUND, INVALID_INPUT with the path of what is wrong, CONFLICT where secrets were to stay of a config that changed meanwhile. */
  async edit(by: Actor, idOrName: string, { config, keepSecrets = true, ...rest }: ServerEdit): Promise<RegisteredServer> {
    const { metadata, enabled, weight } = rest;
    // Secrets stay of the config as it is now, whichever replica changed it last.
    if (config && keepSecrets) await this.registry.reload();
    const server = await this.get(idOrName);
    const { id, name } = server;
    const merged = config && (keepSecrets ? this.merged(server, config) : { config, kept: [] });
    const checked = merged && (await this.checkConfig(server.templateName, merged.config));
    if (merged) demandSameRecipient(this.templates.get(server.templateName), server.config, { ...merged, config: checked! });
    if (metadata) demandSmall('instance_metadata', metadata);
    const change = {
      ...(checked && { config: this.cipher.seal(id, checked) }),
      ...(metadata && { metadata }),
      ...(enabled !== undefined && { enabled }),
      ...(weight !== undefined && { weight }),
    };
    // Of a config, which may hold secrets, only that it changed.
    const details = {
      changed: Object.keys(change).map((member) => (member === 'metadata' ? 'instance_metadata' : member)),
      ...(enabled !== undefined && { enabled }),
      ...(weight !== undefined && { weight }),
    };
    const note = this.note(by, 'server.changed', details);
    const isKeeping = merged && merged.kept.length > 0;
    const updated = await this.repository.update(id, change, note, isKeeping ? server.updatedAt : undefined);
    this.logger.log(`${name} changed`);
    await this.registry.reload();
    const now = await this.get(id);
    if (!updated) throw new TallygateError('CONFLICT', `The server "${name}" changed meanwhile. Read it again.`);
    return now;
  }

  private merged(server: RegisteredServer, config: Record<string, unknown>): MergedConfig {
    demandSmall('config', config);
    return withKeptSecrets(this.templates.get(server.templateName).config, server.config, config);
  }

  /** @throws NOT_FOUND, also when somebody else removed it meanwhile. */
  async remove(by: Actor, idOrName: string): Promise<void> {
    const { id, name } = await this.get(idOrName);
    const removed = await this.repository.delete(id, this.note(by, 'server.removed', {}));
    await this.registry.reload();
    if (!removed) throw new TallygateError('NOT_FOUND', `There is no server "${name}".`);
    this.logger.log(`${name} removed`);
  }

  /** For who names a pool where one server is meant. */
  private hintFor(name: string): string {
    const servers = this.registry.all().filter(({ pool }) => pool === name);
    return servers.length === 0 ? '' : ` It is a pool, of: ${servers.map((server) => server.name).join(', ')}.`;
  }

  private note(by: Actor, action: AuditAction, details: object) {
    return (tx: Transaction, { id, name, pool }: StoredServer) =>
      this.audit.write(tx, by, { action, subjectId: id, details: { name, ...(pool && { pool }), ...details } });
  }

  /** The config with defaults filled in. @throws INVALID_INPUT when no server can be made of it. */
  async checkConfig(templateName: string, config: Record<string, unknown>): Promise<Record<string, unknown>> {
    demandSmall('config', config);
    const template = this.templates.get(templateName);
    const checked = this.templates.check(templateName, config);
    const target = targetOf(template, checked, this.config.templateVariables);
    if (target.transport !== 'stdio') await this.demandAllowedAddress(template, target.url);
    return checked;
  }

  /** A name that does not resolve, or not in time, is accepted: every connection judges its address anyway. */
  private async demandAllowedAddress({ name, url: recipe = '' }: ServerTemplate, url: string): Promise<void> {
    await this.templates
      .networksOf(name)
      .checkIfKnown(url)
      .catch((error: unknown) => {
        throw error instanceof ForbiddenAddress ? new ConfigProblem(placeholderIn(recipe), error.message) : error;
      });
  }
}

/** The property of the config that a URL is made of; none where the operator wrote the whole URL. */
const placeholderIn = (recipe: string): string[] => [/\$\{config\.(\w+)\}/.exec(recipe)?.[1] ?? []].flat();

function demandSmall(field: 'config' | 'instance_metadata', value: object): void {
  if (JSON.stringify(value).length <= JSON_MAX_CHARS) return;
  const msg = `must have at most ${JSON_MAX_CHARS} characters as JSON`;
  const detail = [{ loc: ['body', field], msg, type: 'value_error.size' }];
  throw new TallygateError('INVALID_INPUT', `${field} ${msg}`, { detail });
}
