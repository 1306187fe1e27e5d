import { Body, Controller, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiForbiddenResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { Unlimited } from '../../auth/access/rate-limit.guard.js';
import { Clock } from '../../common/clock.js';
import { ErrorDto } from '../../rest/error.dto.js';
import {
  CreatedKeyDto,
  CreatedServiceKeyDto,
  CreateKeyDto,
  CreateServiceKeyDto,
  RevokedKeyDto,
  RevokeKeyDto,
  RotateKeyDto,
} from './api-key.dto.js';
import { ApiKeysService } from './api-keys.service.js';
import { BOUNDS, EditKeyDto, KeyDetailsDto, KeyListDto, KeyParams, ListKeysQuery, OwnKeyDto } from './key-details.dto.js';
import { expiryAt, expiryInDays } from './key-expiry.js';

const BEYOND_OWNER = { description: 'The key could do more than the caller', type: ErrorDto };
const NO_KEY = { description: 'No such key of yours', type: ErrorDto };
const BROUGHT_IN = 'This secret is an API key from now on. Only its hash is stored.';
const KEEP_IT = 'Save this API key now: it is shown only once.';

/** The logged-in user's API keys. */
@ApiTags('API keys')
@Controller()
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly clock: Clock,
  ) {}

  /** Creates an API key, or makes one of an existing secret. The whole key is shown only in this answer. */
  @Post('api/mcp-keys/create')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  @ApiForbiddenResponse(BEYOND_OWNER)
  @ApiConflictResponse({ description: 'Active key limit reached, or the secret is a key already', type: ErrorDto })
  async create(@CurrentActor() owner: Principal, @Body() body: CreateKeyDto): Promise<CreatedKeyDto> {
    const issued = await this.keys.create(owner, {
      name: body.key_name,
      scopes: body.permissions,
      allowedTools: body.allowed_tools,
      rateLimitPerHour: body.rate_limit_per_hour,
      budget: { creditBudget: body.credit_budget, budgetPeriod: body.budget_period },
      expiresAt: expiryInDays(body.expires_days, this.clock.now()),
      secret: body.secret,
    });
    return CreatedKeyDto.of(issued, body.secret === undefined ? KEEP_IT : BROUGHT_IN);
  }

  /** Creates an API key for a service. The whole key is shown only in this answer. */
  @Post('auth/api-keys')
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  @ApiForbiddenResponse(BEYOND_OWNER)
  @ApiConflictResponse({ description: 'Active key limit reached', type: ErrorDto })
  async createForService(@CurrentActor() owner: Principal, @Body() body: CreateServiceKeyDto): Promise<CreatedServiceKeyDto> {
    const expiresAt = expiryAt(body.expires_at, this.clock.now());
    return CreatedServiceKeyDto.of(await this.keys.create(owner, { name: body.name, scopes: body.permissions, expiresAt }));
  }

  /** Lists the caller's keys, newest first, filtered by name or activity. */
  @Get('api/mcp-keys/list')
  @Authenticated()
  async list(@CurrentPrincipal() owner: Principal, @Query() query: ListKeysQuery): Promise<KeyListDto> {
    const { include_inactive, search, page, page_size } = query;
    const range = { limit: page_size, offset: (page - 1) * page_size };
    const { keys, total } = await this.keys.list(owner, {
      text: search,
      isActive: include_inactive ? undefined : true,
      ...range,
    });
    const now = await this.keys.nowOf(keys);
    return { keys: keys.map((key, place) => KeyDetailsDto.of(key, now[place]!)), total, page, page_size };
  }

  /** One of the caller's keys, with everything that is known of it but the key itself. */
  @Get('api/mcp-keys/:id')
  @Authenticated()
  @ApiNotFoundResponse(NO_KEY)
  async get(@CurrentPrincipal() owner: Principal, @Param() { id }: KeyParams): Promise<OwnKeyDto> {
    const key = await this.keys.get(owner, id);
    const [now] = await this.keys.nowOf([key]);
    return OwnKeyDto.with(key, now!, await this.keys.limitsOf(key));
  }

  /** Changes a key's name, permissions, tools, limits or expiry, at once, on every replica. */
  @Patch('api/mcp-keys/:id')
  @Authenticated()
  @ApiNotFoundResponse(NO_KEY)
  @ApiForbiddenResponse(BEYOND_OWNER)
  @ApiConflictResponse({ description: 'The key is revoked, expired or replaced by another', type: ErrorDto })
  async edit(@CurrentActor() owner: Principal, @Param() { id }: KeyParams, @Body() body: EditKeyDto): Promise<KeyDetailsDto> {
    const { clear = [] } = body;
    const bound = <Value>(field: (typeof BOUNDS)[number], value: Value | undefined) => (clear.includes(field) ? null : value);
    const expiresAt = body.expires_at === undefined ? undefined : expiryAt(body.expires_at, this.clock.now());
    const change = {
      name: body.key_name,
      scopes: body.permissions,
      allowedTools: bound('allowed_tools', body.allowed_tools),
      rateLimitPerHour: bound('rate_limit_per_hour', body.rate_limit_per_hour),
      expiresAt: bound('expires_at', expiresAt),
    };
    const budget = { creditBudget: bound('credit_budget', body.credit_budget), budgetPeriod: body.budget_period };
    const key = await this.keys.edit(owner, id, change, budget);
    const [now] = await this.keys.nowOf([key]);
    return KeyDetailsDto.of(key, now!);
  }

  /** Revokes a key at once, on every replica. */
  @Post('api/mcp-keys/revoke')
  @HttpCode(200)
  @Unlimited()
  @Authenticated()
  @ApiNotFoundResponse(NO_KEY)
  async revoke(@CurrentActor() owner: Principal, @Body() { key_id, reason }: RevokeKeyDto): Promise<RevokedKeyDto> {
    await this.keys.revoke(owner, key_id, reason);
    return { success: true, message: 'API key revoked' };
  }

  /** Replaces a key by one with the same name, permissions, limits and expiry. */
  @Post('api/mcp-keys/rotate')
  @HttpCode(200)
  @Unlimited()
  @Header('Cache-Control', 'no-store')
  @Authenticated()
  @ApiNotFoundResponse(NO_KEY)
  @ApiForbiddenResponse(BEYOND_OWNER)
  @ApiConflictResponse({ description: 'The key is revoked, expired or already rotated', type: ErrorDto })
  async rotate(@CurrentActor() owner: Principal, @Body() body: RotateKeyDto): Promise<CreatedKeyDto> {
    return CreatedKeyDto.of(await this.keys.rotate(owner, body.key_id, body.overlap_seconds), KEEP_IT);
  }
}
