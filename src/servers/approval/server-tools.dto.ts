import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { ToolChangesDto } from '../tool-changes/tool-changes.dto.js';
import type { ShownChange } from '../tool-changes/tool-changes.service.js';
import type { ServerTool, ToolState } from './server-tools.repository.js';

const NAME_MAX = 200;
const PIN_MAX = 128;

/** The tool to approve. */
export class ApproveToolDto {
  /** The server's own name of the tool, without a prefix. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  tool_name!: string;

  /** The `pin` from `GET /servers/{id}/tools`. A tool that has changed since then is not approved. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(PIN_MAX)
  pin!: string;
}

/** A tool as the server offered it last. */
export class ServerToolDto {
  /** The server's own name of the tool, without a prefix. */
  tool_name!: string;
  description!: string;
  /** Hash of its name, description and schemas. */
  pin!: string;
  /** `quarantined` tools are new or changed; they are neither listed nor callable until they are approved. */
  @ApiProperty({ enum: ['approved', 'quarantined'] })
  state!: ToolState;
  seen_at!: Date;
  /** What an operator has changed of it for callers; absent where that is nothing. */
  changes?: ToolChangesDto;

  /** @param mayConfigure Whether the caller may see the values of fixed arguments. */
  static of(
    { tool, description, pin, state, seenAt }: ServerTool,
    change: ShownChange | undefined,
    mayConfigure: boolean,
  ): ServerToolDto {
    const changes = change && { changes: ToolChangesDto.of(change, mayConfigure) };
    return { tool_name: tool, description, pin, state, seen_at: seenAt, ...changes };
  }
}

export class ServerToolListDto {
  tools!: ServerToolDto[];
  /** Number of tools on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
