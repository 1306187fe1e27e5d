import { Injectable } from '@nestjs/common';
import type { Actor } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { NOTHING_OFFERED, type OfferedLists } from '../connection/offered-lists.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { ServerToolsRepository, type ServerTool } from './server-tools.repository.js';
import { pinOf } from './tool-pin.js';

const DESCRIPTION_MAX_CHARS = 2_000;

/** What of a server reaches callers. */
export interface Admitted {
  /** Of its tools, those that are approved: the pin of each, by name. No other is listed or called. */
  approved: ReadonlyMap<string, string>;
  lists: OfferedLists;
}

/** Which tools of upstream servers are approved. A server cannot change what a tool means without another approval. */
@Injectable()
export class ToolPins {
  constructor(
    private readonly tools: ServerToolsRepository,
    private readonly registry: ServerRegistry,
    private readonly audit: AuditLog,
    private readonly config: AppConfig,
  ) {}

  /**
   * Decides which tools of a server are approved, whenever its list has been read: those whose definition is the approved one, to the
   * letter. A tool that changed waits for an operator, and so does a new one, unless the first use approves it. Where each tool is
   * approved by hand, a server of which none is approved offers nothing else either.
   */
  async admit(serverId: string, lists: OfferedLists): Promise<Admitted> {
    const seen = lists.tools.map((definition) => ({
      tool: definition.name,
      description: (definition.description ?? '').replaceAll('\0', '').slice(0, DESCRIPTION_MAX_CHARS),
      pin: pinOf(definition),
    }));
    const isManual = this.config.values.servers.tool_approval === 'manual';
    await this.tools.see(serverId, seen, !isManual);
    const pins = await this.tools.approvedOf(serverId);
    const approved = new Map(seen.filter(({ tool, pin }) => pins.get(tool) === pin).map(({ tool, pin }) => [tool, pin]));
    return { approved, lists: isManual && approved.size === 0 ? { ...NOTHING_OFFERED, tools: lists.tools } : lists };
  }

  /** Tools that the server has ever offered, by name, and how many there are. */
  list(serverId: string, page: { limit: number; offset: number }): Promise<{ tools: ServerTool[]; total: number }> {
    return this.tools.of(serverId, page);
  }

  /** Undefined for a tool the server has never offered. */
  find(serverId: string, tool: string): Promise<ServerTool | undefined> {
    return this.tools.find(serverId, tool);
  }

  /** @throws NOT_FOUND for a tool the server has never offered. */
  async get(serverId: string, tool: string): Promise<ServerTool> {
    const known = await this.find(serverId, tool);
    if (!known) throw new TallygateError('NOT_FOUND', `The server offers no tool "${tool.slice(0, 128)}".`);
    return known;
  }

  /**
   * Approves a tool as it was looked at, which the pin says. Returns it as it is now.
   * @throws NOT_FOUND for a tool the server does not offer, CONFLICT when it changed after it was looked at.
   */
  async approve(by: Actor, serverId: string, tool: string, pin: string): Promise<ServerTool> {
    const entry = { action: 'tool.approved', subjectId: serverId, details: { tool_name: tool, pin } } as const;
    const isApproved = await this.tools.approve({ serverId, tool, pin }, (tx) => this.audit.write(tx, by, entry));
    const known = await this.get(serverId, tool);
    if (isApproved) await this.registry.reload();
    if (isApproved) return known;
    throw new TallygateError(
      'CONFLICT',
      'The tool has changed since you looked at it. Look at it again, then approve its new pin.',
    );
  }
}
