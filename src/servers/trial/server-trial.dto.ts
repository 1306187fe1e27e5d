import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { maskText } from '../../common/secrets/mask-text.js';
import { Fraction } from '../../rest/dto-fields.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { definitionSize } from '../../tools/catalog/definition-size.js';
import { OFFER_KINDS, type OfferedLists, type OfferKind, type ToolDefinition } from '../connection/definitions.js';
import { TEMPLATE_NAME_MAX } from '../server.dto.js';

/** The server to try, as it would be registered. */
@BodyExample<TryServerDto>({ template_name: 'http', config: { url: 'https://mcp.example.com/mcp' } })
export class TryServerDto {
  /** Name of a template in the gateway's configuration. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(TEMPLATE_NAME_MAX)
  template_name!: string;

  /** Values for the template, which says what it needs. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsObject()
  @IsOptional()
  config?: Record<string, unknown>;
}

/** A tool that the server would offer. */
export class TriedToolDto {
  /** The server's own name of it. */
  name!: string;
  title!: string | null;
  description!: string;
  /** Length of its definition as the server wrote it, as JSON in UTF-8. */
  definition_bytes!: number;
  /** What the definition takes of a model's context: an estimate, a token for each 4 bytes. */
  definition_tokens!: number;

  static of({ name, title, description = '', text }: ToolDefinition): TriedToolDto {
    const { bytes, tokens } = definitionSize(text);
    return { name, title: title ?? null, description, definition_bytes: bytes, definition_tokens: tokens };
  }
}

/** Something that the server offers and the gateway cannot. */
export class UnusableOfferDto {
  @ApiProperty({ enum: OFFER_KINDS })
  kind!: OfferKind;
  name!: string;
  reason!: string;
}

/** What became of the trial. */
export class ServerTrialDto {
  /** Whether the server answered and can be used. */
  reached!: boolean;
  /** Why it cannot, in the last words of its program too; null when it can. */
  error!: string | null;
  /** From the start of the connection until everything was listed, in milliseconds; null when it cannot be used. */
  @Fraction()
  duration_ms!: number | null;
  tools!: TriedToolDto[];
  /** Of all tools together. */
  definition_tokens!: number;
  prompts_count!: number;
  resources_count!: number;
  unusable!: UnusableOfferDto[];

  static reached({ tools, prompts, resources, unusable }: OfferedLists, durationMs: number): ServerTrialDto {
    const tried = tools.map((tool) => TriedToolDto.of(tool));
    return {
      reached: true,
      error: null,
      duration_ms: durationMs,
      tools: tried,
      definition_tokens: tried.reduce((sum, one) => sum + one.definition_tokens, 0),
      prompts_count: prompts.length,
      resources_count: resources.length,
      unusable: [...unusable],
    };
  }

  static failed(error: string): ServerTrialDto {
    const nothing = { tools: [], definition_tokens: 0, prompts_count: 0, resources_count: 0, unusable: [] };
    return { reached: false, error: maskText(error), duration_ms: null, ...nothing };
  }
}
