import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import type { ServerTool, ToolState } from './server-tools.repository.js';

const NAME_MAX = 200;
const PIN_MAX = 128;

/** Which tool to let in. */
export class ApproveToolDto {
  /** By the server's own name. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  tool_name!: string;

  /** The `pin` of the tool as it was looked at: a tool that has changed since is not approved. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(PIN_MAX)
  pin!: string;
}

/** A tool as a server was last seen to offer it. */
export class ServerToolDto {
  /** By the server's own name. */
  tool_name!: string;
  description!: string;
  /** Hash of its name, description and schemas. */
  pin!: string;
  /** Quarantined: new or changed, and neither listed nor callable until it is approved. */
  @ApiProperty({ enum: ['approved', 'quarantined'] })
  state!: ToolState;
  seen_at!: Date;

  static of({ tool, description, pin, state, seenAt }: ServerTool): ServerToolDto {
    return { tool_name: tool, description, pin, state, seen_at: seenAt };
  }
}
