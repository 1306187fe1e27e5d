import { VERSION } from '../common/version.js';
import type { AppConfig } from '../config/app-config.js';
import type { HourlyLimits } from '../limits/hourly-limits.js';
import type { Tariff } from '../tariff/tariff.js';
import type { Resource } from '../tools/source/resource.js';

/** Source 001, "Adding Resources". Shows only settings that affect callers, none that are the operator's alone. */
export const settings = ({ values }: AppConfig, tariff: Tariff, hourly: HourlyLimits): Resource => ({
  uri: 'config://settings',
  name: 'settings',
  title: 'Settings',
  description: 'Version of the gateway, and the limits that apply to its callers.',
  mimeType: 'application/json',
  tableName: '',
  read: async (uri, { principal }) => {
    const { tools, credits } = values;
    const shown = {
      version: VERSION,
      calls_per_hour: hourly.of(principal.tier).key,
      tool_timeout_seconds: tools.timeout_seconds,
      credits_mode: credits.mode,
      credits_per_month: tariff.tiers,
    };
    const contents = [{ uri, mimeType: 'application/json', text: JSON.stringify(shown) }];
    return { contents, usage: { recordCount: 1, tableName: '' } };
  },
});
