import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { Confirmed } from '../../auth/sessions/confirmation.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { justAmount } from '../../tariff/tariff.js';
import { TariffEdits, type TariffEdit } from '../../tariff/tariff-edits.service.js';
import { PriceList } from './price-list.service.js';
import { PriceDto, PriceListDto, PriceParams, PricesQuery, ResetPriceQuery, SetPriceDto } from './prices.dto.js';

/** What calls cost, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/prices')
export class PricesController {
  constructor(
    private readonly prices: PriceList,
    private readonly edits: TariffEdits,
  ) {}

  /** Lists prices of tools by name, with who says so and how much the last 30 days had of each. */
  @Get()
  async list(@Query() { search = '', page, page_size }: PricesQuery): Promise<PriceListDto> {
    const { prices, total } = await this.prices.page(search, { limit: page_size, offset: (page - 1) * page_size });
    return { items: prices, total, page, page_size };
  }

  /**
   * Sets the price of a tool, for calls that begin from now on; those that run keep theirs, but for tasks that are charged when they
   * end. Also of a tool that is yet to come.
   */
  @Put('*tool')
  @Confirmed()
  @ApiConflictResponse({ description: 'The settings file sets it, or too many prices are set', type: ErrorDto })
  async set(
    @CurrentActor() who: Principal,
    @Param() { tool }: PriceParams,
    @Body() { price, reason }: SetPriceDto,
  ): Promise<PriceDto> {
    await this.edits.set(who, this.editOf(tool, reason), { amount: price });
    return this.prices.one(tool);
  }

  /** Takes back what an admin has set: the tool costs what it would without. Also where the settings file has the price by now. */
  @Delete('*tool')
  @HttpCode(204)
  @Confirmed()
  @ApiNotFoundResponse({ description: 'Nobody has set this price here', type: ErrorDto })
  async reset(
    @CurrentActor() who: Principal,
    @Param() { tool }: PriceParams,
    @Query() { reason }: ResetPriceQuery,
  ): Promise<void> {
    await this.edits.reset(who, this.editOf(tool, reason));
  }

  private editOf(name: string, reason: string | undefined): TariffEdit {
    const own = this.prices.ownPriceOf(name);
    return { kind: 'price', name, reason, own: own === undefined ? undefined : justAmount(own) };
  }
}
