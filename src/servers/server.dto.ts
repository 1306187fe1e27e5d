import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Flag } from '../rest/dto-fields.js';
import { maskConfig } from './registry/config-mask.js';
import type { HealthReport, HealthState } from './pool/health-report.js';
import type { ServerInstance } from './registry/registered-server.js';
import type { ServerTemplate } from './templates/template.js';

const NAME_MAX = 128;
const WEIGHT_MAX = 1_000;
const ANY_OBJECT = { type: 'object' as const, additionalProperties: true };

/** What to list of servers. */
export class ListServersQuery {
  /** How each of them is, too. */
  @IsBoolean()
  @Flag()
  @IsOptional()
  include_health: boolean = false;
}

export class ServerParams {
  /** Its id or its name, e.g. `file-server-1`. */
  @MaxLength(NAME_MAX)
  @IsString()
  id!: string;
}

/** Source 003, "POST /servers". */
export class RegisterServerDto {
  /**
   * A template of the gateway's configuration
   * @example file-server
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  template_name!: string;

  /** Kept and shown as it is. */
  @ApiPropertyOptional({ ...ANY_OBJECT, example: { team: 'data' } })
  @IsObject()
  @IsOptional()
  instance_metadata?: Record<string, unknown>;

  /** What the template asks for. */
  @ApiPropertyOptional({ ...ANY_OBJECT, example: { base_path: '/data' } })
  @IsObject()
  @IsOptional()
  config?: Record<string, unknown>;
}

/** What is left out stays as it is. */
export class EditServerDto {
  /** False: no calls go to it, and its connection is closed. */
  @IsBoolean()
  @IsOptional()
  enabled?: boolean;

  /** Its share of calls under the strategy `weighted`, 1 to 1000. */
  @Max(WEIGHT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  weight?: number;

  /** Replaces the whole config, secrets included: those in answers are masked. */
  @ApiPropertyOptional(ANY_OBJECT)
  @IsObject()
  @IsOptional()
  config?: Record<string, unknown>;

  /** Replaces the whole metadata. */
  @ApiPropertyOptional(ANY_OBJECT)
  @IsObject()
  @IsOptional()
  instance_metadata?: Record<string, unknown>;
}

export class ServerHealthDto {
  /** `degraded` still serves; `unhealthy` does not; `unknown` has not been asked yet. */
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy', 'unknown'] })
  status!: HealthState;
  /** Null before the first check. */
  checked_at!: Date | null;
  /** Milliseconds until the last answer. */
  latency_ms!: number | null;
  /** Why it is not healthy. */
  error!: string | null;

  static of({ state, checkedAt, latencyMs, error }: HealthReport): ServerHealthDto {
    return { status: state, checked_at: checkedAt, latency_ms: latencyMs, error };
  }
}

/** A registered server. */
export class ServerDto {
  id!: string;
  /** May be used for the id. */
  name!: string;
  template_name!: string;
  /** Secrets masked. */
  @ApiProperty(ANY_OBJECT)
  config!: Record<string, unknown>;
  @ApiProperty(ANY_OBJECT)
  instance_metadata!: Record<string, unknown>;
  enabled!: boolean;
  weight!: number;
  created_at!: Date;
  updated_at!: Date;
  /** Why it cannot be used; absent when it can. */
  problem?: string;
  /** With `include_health`, and of a single server. */
  health?: ServerHealthDto;

  static of(server: ServerInstance, template: ServerTemplate | undefined, health?: HealthReport): ServerDto {
    const problem = server.problem ?? (template ? undefined : 'Its template is no longer configured or enabled.');
    return {
      id: server.id,
      name: server.name,
      template_name: server.templateName,
      config: maskConfig(template?.config, server.config),
      instance_metadata: { ...server.metadata },
      enabled: server.enabled,
      weight: server.weight,
      created_at: server.createdAt,
      updated_at: server.updatedAt,
      ...(problem && { problem }),
      ...(health && { health: ServerHealthDto.of(health) }),
    };
  }
}
