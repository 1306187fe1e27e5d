import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { BodyExample } from '../rest/openapi/body-example.js';
import { Fraction } from '../rest/dto-fields.js';
import { maskText } from '../common/secrets/mask-text.js';
import { maskValues } from '../common/secrets/mask-values.js';
import { HalfHourDto } from './checks/half-hour.dto.js';
import { maskConfig } from './registry/config-mask.js';
import type { HealthState } from './pool/circuit-breaker.js';
import { wordsOf, type HealthReport } from './pool/server-health.js';
import { countOf, type WaitingOffers } from './pool/waiting-offers.js';
import type { RegisteredServer } from './registry/registered-server.js';
import { SERVER_NAME, SERVER_NAME_MAX_CHARS } from './registry/server-names.js';
import type { ServerTemplate } from './templates/server-template.js';

/** Of a template. */
export const TEMPLATE_NAME_MAX = 128;
const NAME_MAX = 128;
const WEIGHT_MAX = 1_000;
const NAME_WORDS = {
  message:
    '$property must begin with a lower-case letter and have only lower-case letters, digits, "-" and single "_", not at its end',
};
const ANY_OBJECT = { type: 'object' as const, additionalProperties: true };

/** What to list of servers. */
export class ListServersQuery {
  /** Tell the health of each server as well. */
  @IsBoolean()
  @IsOptional()
  include_health: boolean = false;

  /** Tell how each server was in each half hour of the last day as well. */
  @IsBoolean()
  @IsOptional()
  include_history: boolean = false;
}

export class ServerParams {
  /** Id or name of the server, e.g. `file-server`. */
  @MaxLength(NAME_MAX)
  @IsString()
  id!: string;
}

/** Source 003, "POST /servers". */
@BodyExample<RegisterServerDto>({ template_name: 'http', name: 'reports', config: { url: 'https://mcp.example.com/mcp' } })
export class RegisterServerDto {
  /**
   * Name of a template in the gateway's configuration.
   * @example http
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(TEMPLATE_NAME_MAX)
  template_name!: string;

  /**
   * What the server is called, and what the names of its tools begin with: `{name}__{tool}`. Lower-case letters, digits, `-` and single
   * `_`. Without one it is called as its template, or, where the template's whole URL is yours to give, as the host; with a number,
   * where that is taken.
   * @example reports
   */
  @Matches(SERVER_NAME, NAME_WORDS)
  @MaxLength(SERVER_NAME_MAX_CHARS)
  @IsString()
  @IsOptional()
  name?: string;

  /**
   * The pool whose calls the server shares; the names of its tools begin with that. All servers of a pool are of one template and should
   * offer the same. A new name makes a pool. Without one the server has a pool of its own, of its own name.
   */
  @Matches(SERVER_NAME, NAME_WORDS)
  @MaxLength(SERVER_NAME_MAX_CHARS)
  @IsString()
  @IsOptional()
  pool?: string;

  /** Anything you want to keep with the server. */
  @ApiPropertyOptional({ ...ANY_OBJECT, example: { team: 'data' } })
  @IsObject()
  @IsOptional()
  instance_metadata?: Record<string, unknown>;

  /** Values for the template, which says what it needs. */
  @ApiPropertyOptional({ ...ANY_OBJECT, example: { url: 'https://mcp.example.com/mcp' } })
  @IsObject()
  @IsOptional()
  config?: Record<string, unknown>;
}

/** Changes to a server. Members that are left out stay as they are. */
@BodyExample<EditServerDto>({ weight: 1 })
export class EditServerDto {
  /** Whether it gets calls. A disabled server has no connection and no process. */
  @IsBoolean()
  @IsOptional()
  enabled?: boolean;

  /** Its share of calls under the strategy `weighted`, 1 to 1000. */
  @Max(WEIGHT_MAX)
  @Min(1)
  @IsInt()
  @IsOptional()
  weight?: number;

  /**
   * Replaces the config. Answers mask secrets: those that are left out, null, empty or as answers show them stay as they are. They have to
   * be given again where something changes that says where they are sent, such as the URL.
   */
  @ApiPropertyOptional(ANY_OBJECT)
  @IsObject()
  @IsOptional()
  config?: Record<string, unknown>;

  /** False: `config` replaces all there was, and secrets that it leaves out are removed. */
  @IsBoolean()
  @IsOptional()
  keep_secrets?: boolean = true;

  /** Replaces the whole metadata. */
  @ApiPropertyOptional(ANY_OBJECT)
  @IsObject()
  @IsOptional()
  instance_metadata?: Record<string, unknown>;
}

/** How much of what a server offers waits for approval, by kind; what is absent is none. */
export class WaitingOffersDto implements WaitingOffers {
  tool?: number;
  prompt?: number;
  resource?: number;
  template?: number;
  instructions?: number;
}

export class ServerHealthDto {
  /** `degraded` servers still get calls, `unhealthy` ones do not; `unknown` ones have not been checked yet. */
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy', 'unknown'] })
  status!: HealthState;
  /** When it became so, as the replica that answers knows it; null before the first check. */
  since!: Date | null;
  /** Null before the first check. */
  checked_at!: Date | null;
  /** How long the server took to answer last, in milliseconds. */
  @Fraction()
  latency_ms!: number | null;
  /**
   * Why it is not healthy, for callers with `gateway:write` with the last words of its program or with what can be done; null when it
   * is.
   */
  error!: string | null;
  /**
   * Tools of its pool for which it gets no calls, since it does not offer them as the server does that was registered first; absent
   * where there are none. At most 100 are named.
   */
  differs?: string[];
  /** What it offers that reaches no caller until it is approved; absent where there is nothing. */
  waiting_for_approval?: WaitingOffersDto;

  /** @param mayConfigure Whether the caller may see what its program said, which names paths and addresses. */
  static of(report: HealthReport, mayConfigure: boolean): ServerHealthDto {
    const { state, since, checkedAt, latencyMs, differs = [], waiting = {} } = report;
    const error = mayConfigure ? wordsOf(report) : report.error;
    return {
      status: state,
      since,
      checked_at: checkedAt,
      latency_ms: latencyMs,
      error: error && maskText(error),
      ...(differs.length > 0 && { differs: [...differs] }),
      ...(countOf(waiting) > 0 && { waiting_for_approval: waiting }),
    };
  }
}

/** A registered server. */
export class ServerDto {
  id!: string;
  /** Can be used in place of the id. */
  name!: string;
  /** What the names of its tools begin with: its own name, or that of the pool it was registered into. */
  pool!: string;
  template_name!: string;
  /** As registered, with secrets masked, those in URLs too. Absent for callers without `gateway:write`. */
  @ApiPropertyOptional(ANY_OBJECT)
  config?: Record<string, unknown>;
  @ApiProperty(ANY_OBJECT)
  instance_metadata!: Record<string, unknown>;
  enabled!: boolean;
  weight!: number;
  created_at!: Date;
  updated_at!: Date;
  /** Why the server cannot be used; absent when it can. */
  problem?: string;
  /** Present in lists with `include_health`, for a single server, and for one that was just registered. */
  health?: ServerHealthDto;
  /** The last 48 half hours, the one that runs last; present in lists with `include_history`, unless PostgreSQL is away. */
  history?: HalfHourDto[];

  /** @param mayConfigure Whether the caller may see how it is configured. */
  static of(
    server: RegisteredServer,
    template: ServerTemplate | undefined,
    mayConfigure: boolean,
    health?: HealthReport,
  ): ServerDto {
    const problem = server.problem ?? (template ? undefined : 'Its template is no longer configured or enabled.');
    return {
      id: server.id,
      name: server.name,
      pool: server.pool,
      template_name: server.templateName,
      ...(mayConfigure && { config: maskConfig(template?.config, server.config) }),
      instance_metadata: maskValues({ ...server.metadata }),
      enabled: server.enabled,
      weight: server.weight,
      created_at: server.createdAt,
      updated_at: server.updatedAt,
      ...(problem && { problem }),
      ...(health && { health: ServerHealthDto.of(health, mayConfigure) }),
    };
  }
}
