import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { PageQuery } from '../../rest/page.dto.js';
import { OFFER_KINDS, type OfferKind } from '../connection/definitions.js';
import { ToolChangesDto } from '../tool-changes/tool-changes.dto.js';
import { PIN_STATES, type PinState } from './shown-pins.service.js';

const TOOL_NAME_MAX = 200;
const NAME_MAX = 8_192;
const PIN_MAX = 128;
const PINS_MAX = 1_000;
const A_DEFINITION = { type: 'object' as const, additionalProperties: true, nullable: true };

/** What to list. */
export class ListPinsQuery extends PageQuery {
  /** Only what is of this kind. */
  @IsIn(OFFER_KINDS)
  @IsOptional()
  kind?: OfferKind;

  /** Only what is in this state. */
  @IsIn(PIN_STATES)
  @IsOptional()
  state?: PinState;
}

/** The tool to approve. */
@BodyExample<ApproveToolDto>({ tool_name: 'search', pin: 'the pin that was looked at' })
export class ApproveToolDto {
  /** The server's own name of the tool, without a prefix. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(TOOL_NAME_MAX)
  tool_name!: string;

  /** The `pin` from `GET /servers/{id}/tools`. A tool that has changed since then is not approved. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(PIN_MAX)
  pin!: string;
}

/** One definition to approve. */
export class ApprovePinDto {
  @IsIn(OFFER_KINDS)
  kind!: OfferKind;

  /** The server's own name of it; of resources and templates the address; of instructions `instructions`. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  name!: string;

  /** The `pin` from `GET /servers/{id}/pins`, of the definition that was looked at. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(PIN_MAX)
  pin!: string;
}

/** The definitions to approve, all of them or none. */
@BodyExample<ApprovePinsDto>({ pins: [{ kind: 'tool', name: 'search', pin: 'the pin that was looked at' }] })
export class ApprovePinsDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(PINS_MAX)
  @ValidateNested({ each: true })
  @Type(() => ApprovePinDto)
  pins!: ApprovePinDto[];
}

export class ApprovedPinsDto {
  /** How many are approved now. */
  approved!: number;
}

/** A definition as the server offered it last. */
export class ServerPinDto {
  /** A `template` is one of resources; `instructions` is what the server tells models of itself. */
  @ApiProperty({ enum: OFFER_KINDS })
  kind!: OfferKind;
  /** The server's own name of it; of resources and templates the address. */
  name!: string;
  /** Its description, at most 2 000 characters of it. */
  description!: string;
  /** Hash of everything in it that a model reads or that changes a call; null where it is unusable. */
  pin!: string | null;
  /**
   * `quarantined`: new or changed; neither listed nor usable until it is approved. `unusable`: it cannot be offered at all; of these a gateway
   * knows what it has read itself.
   */
  @ApiProperty({ enum: PIN_STATES })
  state!: PinState;
  /** Why it is unusable; absent where it is not. */
  reason?: string;
  /** All of it as the server wrote it, numbers too; null where that is not kept. */
  @ApiProperty(A_DEFINITION)
  definition!: object | null;
  /** As it was approved; null where it never was, or by a release that did not keep it. */
  @ApiProperty(A_DEFINITION)
  approved_definition!: object | null;
  /**
   * Present where the page would be longer than 8 MiB with the definitions of this one: they are null, and its description is empty. Ask for
   * it with a smaller `page_size`; with 1 they are always there.
   */
  @ApiProperty({ enum: [true] })
  is_left_out?: true;
  /** When it was seen first as it is now. */
  seen_at!: Date | null;
  /** When a person approved it last, whatever it is now; null where nobody did. */
  approved_at!: Date | null;
  /** E-mail of that person; null where nobody is known, as of approvals while authentication was off, and by releases that noted nobody. */
  approved_by!: string | null;
  /** Of a tool: what callers call it, or would if it were approved. */
  listed_name?: string;
  /** Of a tool: credits for one call. */
  price?: number;
  /** Of a tool: what the definition takes of a model's context: an estimate, a token for each 4 bytes. */
  definition_tokens?: number;
  /** What an operator has changed of a tool for callers; absent where that is nothing. */
  changes?: ToolChangesDto;
}

/** Something that waits for approval, and whose it is. */
export class WaitingPinDto extends ServerPinDto {
  server_id!: string;
  server_name!: string;
  pool!: string;
}

export class WaitingPinListDto {
  /** By server, in the order of registration. */
  approvals!: WaitingPinDto[];
  /** Number of what waits on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

/** A tool as the server offered it last. */
export class ServerToolDto extends ServerPinDto {
  /** The server's own name of the tool, without a prefix. */
  tool_name!: string;
}

export class ServerPinListDto {
  pins!: ServerPinDto[];
  /** Number of definitions on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

export class ServerToolListDto {
  tools!: ServerToolDto[];
  /** Number of tools on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
