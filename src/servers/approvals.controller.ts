import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { PageQuery } from '../rest/page.dto.js';
import { WaitingPinListDto } from './approval/server-pins.dto.js';
import { ShownTools } from './approval/shown-tools.service.js';

/** What of all upstream servers waits for approval. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/approvals')
export class ApprovalsController {
  constructor(private readonly shown: ShownTools) {}

  /**
   * Everything new or changed of all servers that get calls, as it is and as it was approved; `total` is how much waits. It is approved with
   * `POST /servers/{id}/pins`.
   */
  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8') // of text that is JSON already
  @ApiOkResponse({ type: WaitingPinListDto })
  list(@CurrentPrincipal() caller: Principal, @Query() query: PageQuery): Promise<string> {
    return this.shown.waitingPage(caller, query);
  }
}
