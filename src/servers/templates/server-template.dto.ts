import { ApiProperty } from '@nestjs/swagger';
import { secretPaths } from '../registry/config-mask.js';
import type { OfferedTemplate } from './server-templates.service.js';

const TRANSPORTS = ['http', 'sse', 'stdio'] as const;

/** A template that servers are registered from, or could be. */
export class ServerTemplateDto {
  /** `template_name` of `POST /servers`. */
  name!: string;
  /** The title of its config's schema; its name where that has none. */
  title!: string;
  description!: string;
  /** How its servers are reached; null where its program is not installed. */
  @ApiProperty({ enum: TRANSPORTS, nullable: true })
  transport!: (typeof TRANSPORTS)[number] | null;
  /** Whether it comes with Tallygate. */
  shipped!: boolean;
  /** Whether servers can be registered from it. */
  enabled!: boolean;
  /** Why it is not enabled, and what to do; absent where it is. */
  problem?: string;
  /** JSON Schema of `config`; null where its program is not installed. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  config_schema!: Record<string, unknown> | null;
  /** What of the config is secret and never shown again: `bearer_token`; `headers.*` is each member of `headers`. */
  secret_paths!: string[];
  /** Servers that are registered from it. */
  servers_count!: number;

  static of({ name, values, isShipped, problem }: OfferedTemplate, serversCount: number): ServerTemplateDto {
    const { title } = values?.config ?? {};
    return {
      name,
      title: typeof title === 'string' ? title : name,
      description: values?.description ?? '',
      transport: values?.transport ?? null,
      shipped: isShipped,
      enabled: problem === undefined,
      ...(problem !== undefined && { problem }),
      config_schema: values?.config ?? null,
      secret_paths: values ? secretPaths(values.config) : [],
      servers_count: serversCount,
    };
  }
}

export class ServerTemplateListDto {
  /** By name. */
  templates!: ServerTemplateDto[];
}
