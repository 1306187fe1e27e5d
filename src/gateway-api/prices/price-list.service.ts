import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { orNull } from '../../common/concurrency/deadline.js';
import { Tariff } from '../../tariff/tariff.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { UsageReports } from '../../usage/reports/usage-reports.service.js';
import type { PriceDto, PriceSource } from './prices.dto.js';

const DAYS = 30;
/** Reads of resources and gets of prompts have prices by the names of their methods (`read-as-call.ts`). */
const METHODS = ['prompts/get', 'resources/read'];

/** What is known of a price beside who has set it. */
type Price = Omit<PriceDto, 'changed_by' | 'calls_last_30_days' | 'credits_last_30_days'> & { changedById: string | null };

/** Every price there is: of tools, and of names that somebody has priced without there being a tool. */
@Injectable()
export class PriceList {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly tariff: Tariff,
    private readonly users: UsersService,
    private readonly usage: UsageReports,
  ) {}

  /** A page of those whose names have this text in them, by name. */
  async page(
    search: string,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ prices: PriceDto[]; total: number }> {
    const names = this.names().filter((name) => name.toLowerCase().includes(search.toLowerCase()));
    const prices = names.slice(offset, offset + limit).map((name) => this.price(name));
    return { prices: await this.shown(prices), total: names.length };
  }

  async one(name: string): Promise<PriceDto> {
    return (await this.shown([this.price(name)]))[0]!;
  }

  /** What holds where nobody has set a price; undefined for a name that no source has. */
  ownPriceOf(name: string): number | undefined {
    return METHODS.includes(name) ? 0 : this.catalog.named(name)?.tool.price;
  }

  private names(): string[] {
    const tools = this.catalog.all().map(({ tool }) => tool.name);
    return [...new Set([...tools, ...METHODS, ...this.tariff.pricedNames()])].sort();
  }

  private price(name: string): Price {
    const own = this.ownPriceOf(name);
    const override = this.tariff.override('price', name);
    const source = this.sourceOf(name);
    const isSet = source === 'override' && override !== undefined;
    return {
      tool: name,
      price: own === undefined && source === 'default' ? null : this.tariff.priceOf(name, own),
      source,
      overridden: source === 'gateway.yaml' ? (override?.amount ?? null) : null,
      default_price: own ?? null,
      known: own !== undefined,
      changedById: isSet ? override.changedBy : null,
      changed_at: isSet ? override.changedAt : null,
    };
  }

  private sourceOf(name: string): PriceSource {
    if (this.tariff.isOfFile('price', name)) return 'gateway.yaml';
    if (this.tariff.override('price', name)) return 'override';
    return this.catalog.named(name)?.tool.origin ? 'template' : 'default';
  }

  private async shown(prices: Price[]): Promise<PriceDto[]> {
    const [names, calls] = await Promise.all([
      this.users.namesOf(prices.flatMap(({ changedById }) => changedById ?? [])),
      this.callsByTool(),
    ]);
    return prices.map(({ changedById, ...price }) => ({
      ...price,
      changed_by: (changedById && names.get(changedById)?.email) ?? null,
      calls_last_30_days: calls && (calls.get(price.tool)?.call_count ?? 0),
      credits_last_30_days: calls && (calls.get(price.tool)?.total_credits ?? 0),
    }));
  }

  /** Null when usage cannot be read in time: prices can be set all the same. */
  private async callsByTool() {
    const tools = await orNull(this.usage.callsByTool(DAYS));
    return tools && new Map(tools.map((tool) => [tool.tool_name, tool]));
  }
}
