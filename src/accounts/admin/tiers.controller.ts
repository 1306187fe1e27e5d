import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { Confirmed } from '../../auth/sessions/confirmation.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { TariffValue } from '../../tariff/tariff.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { AdminTiers } from './admin-tiers.service.js';
import { ResetTierQuery, SetTierDto, TierDto, TierListDto, TierParams } from './tiers.dto.js';

/** What tiers give, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/tiers')
export class TiersController {
  constructor(private readonly tiers: AdminTiers) {}

  /** Lists tiers, with who says what they give and how many accounts are on each. */
  @Get()
  async list(): Promise<TierListDto> {
    return { items: await this.tiers.list() };
  }

  /**
   * Sets what a tier gives; what is left out stays. More credits top its accounts up at once; fewer count from next month, and nothing is
   * taken back. Limits count for the next request.
   */
  @Put(':name')
  @Confirmed()
  @ApiNotFoundResponse({ description: 'No such tier', type: ErrorDto })
  @ApiConflictResponse({ description: 'The settings file sets it', type: ErrorDto })
  set(@CurrentActor() who: Principal, @Param() { name }: TierParams, @Body() body: SetTierDto): Promise<TierDto> {
    return this.tiers.set(who, name, valueOf(body), body.reason);
  }

  /** Takes back what an admin has set: the tier gives what it would without, by the same rule. Also of one that the settings file names by now, or no more. */
  @Delete(':name')
  @HttpCode(204)
  @Confirmed()
  @ApiNotFoundResponse({ description: 'Nobody has set here what it gives', type: ErrorDto })
  reset(@CurrentActor() who: Principal, @Param() { name }: TierParams, @Query() { reason }: ResetTierQuery): Promise<void> {
    return this.tiers.reset(who, name, reason);
  }
}

/** What is given of it. @throws VALIDATION_ERROR where that is nothing */
function valueOf({ monthly_credits: amount, user_per_hour: userPerHour, api_key_per_hour: apiKeyPerHour }: SetTierDto) {
  const given = Object.entries({ amount, userPerHour, apiKeyPerHour }).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw nothingGiven();
  return Object.fromEntries(given) as Partial<TariffValue>;
}

function nothingGiven(): TallygateError {
  const msg = 'give what changes: monthly_credits, user_per_hour or api_key_per_hour';
  return new TallygateError('VALIDATION_ERROR', msg, { detail: [{ loc: ['body'], msg, type: 'value_error' }] });
}
