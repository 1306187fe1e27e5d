import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { UsersService } from '../../auth/users/users.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { Tariff, type TariffValue } from '../../tariff/tariff.js';
import { TariffEdits, type TariffEdit } from '../../tariff/tariff-edits.service.js';
import { AccountReportsRepository } from './account-reports.repository.js';
import type { TierDto } from './tiers.dto.js';

/** What tiers give. Which there are, the settings say. */
@Injectable()
export class AdminTiers {
  constructor(
    private readonly tariff: Tariff,
    private readonly edits: TariffEdits,
    private readonly reports: AccountReportsRepository,
    private readonly users: UsersService,
    private readonly config: AppConfig,
  ) {}

  async list(): Promise<TierDto[]> {
    const names = [...new Set([...Object.keys(this.tariff.tiers), ...this.tariff.namesSet('tier')])];
    const changers = names.flatMap((name) => this.tariff.override('tier', name)?.changedBy ?? []);
    const [accounts, emails] = await Promise.all([this.reports.accountsByTier(), this.users.namesOf(changers)]);
    return names.map((name) => this.tier(name, accounts.get(name) ?? 0, (id) => emails.get(id)?.email));
  }

  /** A limit that is left out stays. Accounts on a tier that gives more are topped up by the next sweep, which comes at once. @throws NOT_FOUND, CONFLICT */
  async set(who: Principal, name: string, value: Partial<TariffValue>, reason: string): Promise<TierDto> {
    this.demandTier(name);
    await this.edits.set(who, this.editOf(name, reason), value);
    return (await this.list()).find((tier) => tier.name === name)!;
  }

  /** Also of a tier that the settings file has named no more since. @throws NOT_FOUND */
  async reset(who: Principal, name: string, reason?: string): Promise<void> {
    await this.edits.reset(who, this.editOf(name, reason));
  }

  private demandTier(name: string): void {
    if (this.tariff.ownTier(name)) return;
    const tiers = Object.keys(this.config.values.tiers).join(', ');
    throw new TallygateError('NOT_FOUND', `There is no tier "${name}". Tiers: ${tiers}.`);
  }

  private editOf(name: string, reason: string | undefined): TariffEdit {
    return { kind: 'tier', name, reason, own: this.tariff.ownTier(name) };
  }

  private tier(name: string, accounts: number, emailOf: (id: string) => string | undefined): TierDto {
    const own = this.tariff.ownTier(name);
    const now = this.tariff.tierValues.get(name);
    // A tier that there is not is none since the file names others.
    const isOfFile = own === undefined || this.tariff.isOfFile('tier', name);
    const set = this.tariff.override('tier', name);
    const override = isOfFile ? undefined : set;
    return {
      name,
      monthly_credits: now?.amount ?? null,
      user_per_hour: now?.userPerHour ?? null,
      api_key_per_hour: now?.apiKeyPerHour ?? null,
      source: isOfFile ? 'gateway.yaml' : override ? 'override' : 'default',
      overridden: isOfFile ? (set?.amount ?? null) : null,
      default_monthly_credits: own?.amount ?? null,
      is_default: this.config.values.credits.default_tier === name,
      accounts,
      changed_by: (override?.changedBy && emailOf(override.changedBy)) ?? null,
      changed_at: override?.changedAt ?? null,
    };
  }
}
