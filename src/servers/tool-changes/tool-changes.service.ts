import { Injectable } from '@nestjs/common';
import type { Actor } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Sources } from '../../tools/catalog/sources.service.js';
import { ServerPins } from '../approval/server-pins.service.js';
import type { RegisteredServer } from '../registry/registered-server.js';
import { ServerPool } from '../pool/server-pool.service.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { fullToolName, publicToolName } from '../registry/tool-name.js';
import { edited, type ToolChange, type ToolEdit } from './tool-change.js';
import { ToolChangesRepository } from './tool-changes.repository.js';

/** Of all constants of a tool together, as JSON: as many as a server's config. */
const CONSTANTS_MAX_CHARS = 65_536;
const FIXED_MAX = 100;

/** A change as operators are shown it. */
export interface ShownChange extends ToolChange {
  /** Fixed arguments that the tool's schema does not name. */
  unknown: string[];
}

/** What operators change of upstream tools. When `edit` has returned, its change is in this replica's registry. */
@Injectable()
export class ToolChanges {
  constructor(
    private readonly repository: ToolChangesRepository,
    private readonly registry: ServerRegistry,
    private readonly pins: ServerPins,
    private readonly audit: AuditLog,
    private readonly sources: Sources,
    private readonly serverPool: ServerPool,
  ) {}

  /** What is changed of a tool of a pool; undefined where that is nothing. */
  of(pool: string, tool: string): ShownChange | undefined {
    const change = this.registry.changesOf(pool).get(tool);
    return change && { ...change, unknown: this.unknownIn(change, pool, tool) };
  }

  /**
   * Changes a tool for callers of the server's pool.
   * @throws NOT_FOUND for a tool the server has never offered; CONFLICT when the new name is another tool's; INVALID_INPUT.
   */
  async edit(by: Actor, { id, pool, templateName }: RegisteredServer, tool: string, given: ToolEdit): Promise<void> {
    await this.demandOffered(id, pool, tool);
    const edit = { ...given, name: given.name === tool ? null : given.name };
    if (typeof edit.name === 'string') await this.demandFree(edit.name, pool, templateName);
    const change = (known: ToolChange) => demandSmall(edited(known, edit));
    const details = { tool_name: tool, pool, ...detailsOf(edit) };
    await this.repository.edit({ pool, tool }, change, (tx) =>
      this.audit.write(tx, by, { action: 'tool.changed', subjectId: id, details }),
    );
    await this.registry.reload();
  }

  /** Tools are changed by their server's own names: who gives the one that callers know is told the other. */
  private async demandOffered(serverId: string, pool: string, tool: string): Promise<void> {
    if (await this.pins.find(serverId, 'tool', tool)) return;
    const [own] = [...this.registry.changesOf(pool)].find(([, { name }]) => name === tool) ?? [];
    if (own !== undefined)
      throw new TallygateError('NOT_FOUND', `The tool "${own}" is called "${tool}" here: name it as its server does.`);
    await this.pins.tool(serverId, tool);
  }

  /** A schema may take more than it names, so that none is refused for this. */
  private unknownIn({ fixed }: ToolChange, pool: string, tool: string): string[] {
    if (fixed.size === 0) return [];
    const offered = this.serverPool.ofPool(pool).flatMap((server) => server.offered.tools);
    const definition = offered.find(({ name }) => name === tool);
    const properties = definition?.inputSchema['properties'] ?? {};
    return definition ? [...fixed.keys()].filter((name) => !Object.hasOwn(properties, name)) : [];
  }

  /** A name that a tool of the pool has had from its server is that tool's, whatever it is called now. */
  private async demandFree(name: string, pool: string, templateName: string): Promise<void> {
    const isPrefixed = this.registry.template(templateName)?.prefix !== 'none';
    const publicName = publicToolName(pool, name, isPrefixed);
    if (publicName !== fullToolName(pool, name, isPrefixed)) throw tooLong(fullToolName(pool, name, isPrefixed));
    const servers = this.registry.all().filter((server) => server.pool === pool);
    const known = await Promise.all(servers.map((server) => this.pins.find(server.id, 'tool', name)));
    const others = this.sources.all().filter((source) => source.name !== pool);
    const isOffered = others.some((source) => source.tools().some((other) => other.name === publicName));
    if (isOffered || known.some((one) => one !== undefined))
      throw new TallygateError('CONFLICT', `There is a tool "${name}" already. Choose another name.`);
  }
}

/** Of constants, which may be secrets, only whose they are; and of a description only that it is another one. */
function detailsOf({ description, fixed, ...edit }: ToolEdit): object {
  const named = (isFixed: boolean) => [...(fixed ?? [])].flatMap(([name, to]) => ((to !== null) === isFixed ? [name] : []));
  return {
    ...edit,
    ...(description !== undefined && { description: description === null ? null : 'changed' }),
    ...(fixed !== undefined && { arguments: fixed && { fixed: named(true), freed: named(false) } }),
  };
}

function demandSmall(change: ToolChange): ToolChange {
  const chars = [...change.fixed.values()].reduce((sum, { length }) => sum + length, 0);
  if (change.fixed.size > FIXED_MAX) throw invalid('arguments', `must fix at most ${FIXED_MAX} arguments`);
  if (chars > CONSTANTS_MAX_CHARS) throw invalid('arguments', `must have at most ${CONSTANTS_MAX_CHARS} characters as JSON`);
  return change;
}

const tooLong = (name: string) => invalid('name', `must make a name of at most 64 characters, unlike ${name}`);

function invalid(field: 'name' | 'arguments', msg: string): TallygateError {
  return new TallygateError('INVALID_INPUT', `${field} ${msg}`, {
    detail: [{ loc: ['body', field], msg, type: 'value_error.size' }],
  });
}
