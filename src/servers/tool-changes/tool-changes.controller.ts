import { Body, Controller, Header, Param, Patch, Req } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerToolDto } from '../approval/server-pins.dto.js';
import { ShownTools } from '../approval/shown-tools.service.js';
import { ServersService } from '../servers.service.js';
import { argumentEdits } from './argument-edits.js';
import { ToolChanges } from './tool-changes.service.js';
import { EditToolDto, ServerToolParams } from './tool-changes.dto.js';

/** What operators change of the tools of upstream servers. */
@ApiTags('Servers')
@Controller('servers/:id/tools')
export class ToolChangesController {
  constructor(
    private readonly servers: ServersService,
    private readonly changes: ToolChanges,
    private readonly shown: ShownTools,
  ) {}

  /**
   * Switches a tool off, renames or describes it anew, or fixes arguments of it, for callers of the server's pool. Answers with the tool
   * as it stands. What the server defines stays approved as it is.
   */
  @Patch(':tool')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOkResponse({ type: ServerToolDto })
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse({ description: 'A name that is too long, or arguments that are not `{value}`', type: ErrorDto })
  @ApiNotFoundResponse({ description: 'No such server, or it has never offered such a tool', type: ErrorDto })
  @ApiConflictResponse({
    description: "The name is another tool's, too many tools are changed, or the fixed arguments cannot be read",
    type: ErrorDto,
  })
  async edit(
    @CurrentActor() caller: Principal,
    @Param() { id, tool }: ServerToolParams,
    @Body() { arguments: args, ...edit }: EditToolDto,
    @Req() { bodyText = '{}' }: { bodyText?: string },
  ): Promise<string> {
    const server = await this.servers.get(id);
    await this.changes.edit(actorOf(caller), server, tool, { ...edit, fixed: args && argumentEdits(bodyText) });
    return this.shown.one(server, caller, tool);
  }
}
