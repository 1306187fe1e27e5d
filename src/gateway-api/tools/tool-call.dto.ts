import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { Fraction } from '../../rest/dto-fields.js';
import type { ContentBlock } from '../../tools/source/content.js';

/** Longer than any name there is; a bound on what is looked up and repeated in an answer. */
const NAME_MAX = 128;

/** Source 003, "POST /tools/call". */
@BodyExample<CallToolDto>({ server_id: 'stock-data', tool_name: 'get_latest_bars', arguments: { symbols: ['^GSPC'] } })
export class CallToolDto {
  /**
   * Where the tool is: `server_id` of `GET /tools`
   * @example stock-data
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  server_id!: string;

  /** @example get_latest_bars */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  tool_name!: string;

  /**
   * As the tool's `input_schema` says
   * @example { "symbols": ["^GSPC"] }
   */
  @IsOptional()
  @IsObject()
  arguments?: Record<string, unknown>;
}

export class CallUsageDto {
  /** Rows the call returned. */
  record_count!: number;
  /** Table it read; empty when there is none. */
  table_name!: string;
  credits_charged!: number;
  /** Credits that no call holds, after this one; null for a caller without an account. */
  credits_remaining!: number | null;
  /** Milliseconds. */
  @Fraction()
  duration_ms!: number;
}

/** A block of an MCP result. */
const CONTENT_BLOCK = {
  type: 'object' as const,
  required: ['type'],
  properties: { type: { type: 'string', example: 'text' }, text: { type: 'string' } },
  additionalProperties: true,
};

const ANY_JSON = [
  { type: 'object' as const, additionalProperties: true },
  { type: 'array' as const, items: {} },
  { type: 'string' as const },
  { type: 'number' as const },
  { type: 'boolean' as const },
];

/** What a tool answered, as over MCP. */
export class ToolCallResultDto {
  server_id!: string;
  tool_name!: string;
  @ApiProperty({ description: 'As over MCP: text, images, resources', type: 'array', items: CONTENT_BLOCK })
  content!: ContentBlock[];
  @ApiPropertyOptional({
    description: 'The answer as data, where the tool gives one: an object; of servers of MCP 2026-07-28 any JSON value',
    oneOf: ANY_JSON,
    nullable: true,
  })
  structured_content?: unknown;
  /** The tool ran, and says that it could not do what was asked. */
  is_error!: boolean;
  usage!: CallUsageDto;
  /** The kept answer of an earlier call with the same `Idempotency-Key`. */
  replayed?: boolean;
}
