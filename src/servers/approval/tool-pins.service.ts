import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import type { ToolDefinition } from '../connection/offered-lists.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { ServerToolsRepository, type ServerTool } from './server-tools.repository.js';
import { pinOf } from './tool-pin.js';

const DESCRIPTION_MAX_CHARS = 2_000;

/** Which tools of upstream servers are approved. A server cannot change what a tool means without another approval. */
@Injectable()
export class ToolPins {
  constructor(
    private readonly tools: ServerToolsRepository,
    private readonly registry: ServerRegistry,
    private readonly config: AppConfig,
  ) {}

  /**
   * Decides which tools of a server are approved, whenever its list has been read: those whose definition is the approved one, to the
   * letter. Returns the approved pin of each, by name; no other is listed or called. A tool that changed waits for an operator, and
   * so does a new one, unless the first use approves it.
   */
  async admit(serverId: string, definitions: readonly ToolDefinition[]): Promise<ReadonlyMap<string, string>> {
    const seen = definitions.map((definition) => ({
      tool: definition.name,
      description: (definition.description ?? '').replaceAll('\0', '').slice(0, DESCRIPTION_MAX_CHARS),
      pin: pinOf(definition),
    }));
    await this.tools.see(serverId, seen, this.config.values.servers.tool_approval === 'first_use');
    const approved = await this.tools.approvedOf(serverId);
    return new Map(seen.filter(({ tool, pin }) => approved.get(tool) === pin).map(({ tool, pin }) => [tool, pin]));
  }

  /** Every tool that the server has ever offered. */
  list(serverId: string): Promise<ServerTool[]> {
    return this.tools.of(serverId);
  }

  /**
   * Approves a tool as it was looked at, which the pin says.
   * @throws NOT_FOUND for a tool the server does not offer, CONFLICT when it changed after it was looked at.
   */
  async approve(serverId: string, tool: string, pin: string): Promise<void> {
    if (await this.tools.approve(serverId, tool, pin)) return this.registry.reload();
    const isKnown = (await this.tools.of(serverId)).some((known) => known.tool === tool);
    if (!isKnown) throw new TallygateError('NOT_FOUND', `The server offers no tool "${tool.slice(0, 128)}".`);
    throw new TallygateError(
      'CONFLICT',
      'The tool has changed since you looked at it. Look at it again, then approve its new pin.',
    );
  }
}
