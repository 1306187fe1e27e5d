import { Injectable } from '@nestjs/common';
import { ChangeListeners } from '../common/concurrency/change-listeners.js';
import { AppConfig } from '../config/app-config.js';
import { tierSettings, type TierSettings } from '../config/sections/tiers-config.js';
import type { TierLimits } from '../limits/hourly-limits.js';

/** What has an amount: a tool, or a method such as `resources/read`, its price; a tier the credits of a month. */
export type TariffKind = 'price' | 'tier';

/** What something costs or gives. A price has no limits. */
export interface TariffValue extends TierLimits {
  amount: number;
}

/** Without limits of its own. */
export const justAmount = (amount: number): TariffValue => ({ amount, userPerHour: null, apiKeyPerHour: null });

/** What an admin has set in place of what the settings and the sources of tools say. */
export interface Override extends TariffValue {
  kind: TariffKind;
  name: string;
  /** Id of the user; null for nobody in person. */
  changedBy: string | null;
  changedAt: Date;
}

/** Credits a month by name of the tier. */
export type Tiers = Readonly<Record<string, number>>;

/**
 * What calls cost and what tiers give: the one place that decides it, from memory. What the settings file names is the file's; then
 * comes what an admin has set, which every replica follows (`TariffFeed`); then what the source of the tool says, or the default.
 */
@Injectable()
export class Tariff {
  private readonly listeners = new ChangeListeners();
  private overrides: ReadonlyMap<string, Override> = new Map();
  private prices: ReadonlyMap<string, number> = new Map();
  private months: Tiers = {};
  private values: ReadonlyMap<string, TariffValue> = new Map();

  constructor(private readonly config: AppConfig) {
    this.replace([]);
  }

  /** Credits for one call of a tool, or of a method such as `resources/read`; `own`: where nobody has set a price. */
  priceOf(name: string, own = 0): number {
    return this.prices.get(name) ?? own;
  }

  /** The same object until something changes. */
  get tiers(): Tiers {
    return this.months;
  }

  /** What a tier gives, by name. */
  get tierValues(): ReadonlyMap<string, TariffValue> {
    return this.values;
  }

  /** What a tier gives where no admin says anything; undefined where there is no such tier. */
  ownTier(name: string): TariffValue | undefined {
    const { tiers } = this.config.values;
    return Object.hasOwn(tiers, name) ? valueOf(tierSettings(tiers[name]!)) : undefined;
  }

  /** Whether the settings file says it, so that nothing else does. */
  isOfFile(kind: TariffKind, name: string): boolean {
    const { tools, tiers } = this.config.values;
    return kind === 'price' ? Object.hasOwn(tools.prices, name) : this.config.file.namesTiers && Object.hasOwn(tiers, name);
  }

  /** What an admin has set, also where the file has said something else since. */
  override(kind: TariffKind, name: string): Override | undefined {
    return this.overrides.get(keyOf({ kind, name }));
  }

  /** Every name of which the file or an admin says something. */
  pricedNames(): string[] {
    return [...new Set([...Object.keys(this.config.values.tools.prices), ...this.namesSet('price')])];
  }

  /** Every name of which an admin says something, by name, also where the file has said something else since. */
  namesSet(of: TariffKind): string[] {
    const set = [...this.overrides.values()].filter(({ kind }) => kind === of);
    return set.map(({ name }) => name).sort();
  }

  /** Called after every change, whichever replica made it. Must not throw. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** All that admins have set, as it is now. */
  replace(overrides: readonly Override[]): void {
    this.overrides = new Map(overrides.map((one) => [keyOf(one), one]));
    const { tools, tiers } = this.config.values;
    const set = overrides.filter(({ kind, name }) => kind === 'price' && !this.isOfFile(kind, name));
    this.prices = new Map([...set.map(({ name, amount }) => [name, amount] as const), ...Object.entries(tools.prices)]);
    // Which tiers there are, the settings say.
    this.values = new Map(Object.keys(tiers).map((name) => [name, this.tierNow(name)]));
    this.months = Object.freeze(Object.fromEntries([...this.values].map(([name, { amount }]) => [name, amount])));
    this.listeners.tell();
  }

  private tierNow(name: string): TariffValue {
    const set = this.isOfFile('tier', name) ? undefined : this.override('tier', name);
    return set ?? this.ownTier(name)!;
  }
}

const valueOf = ({ monthly_credits, user_per_hour, api_key_per_hour }: TierSettings): TariffValue => ({
  amount: monthly_credits,
  userPerHour: user_per_hour ?? null,
  apiKeyPerHour: api_key_per_hour ?? null,
});

const keyOf = ({ kind, name }: Pick<Override, 'kind' | 'name'>): string => `${kind} ${name}`;
