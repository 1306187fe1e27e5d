import { valueAt } from '../../common/json.js';
import { maskValues } from '../../common/secrets/mask-values.js';
import type { ConfigValues } from '../app-config.js';
import { originOf, type Given, type Origin } from '../environment.js';
import { allSettings, type Setting } from './setting-list.js';

/** A setting as it may be shown: what is secret in its value is masked. */
export interface ShownSetting extends Setting, Origin {
  /** Null where it is unset. */
  value: unknown;
}

/** Every setting with its value and where that comes from. The one rule of what is shown of settings, for the API and the command line. */
export function shownSettings(values: ConfigValues, given: Given): ShownSetting[] {
  const shown = maskValues(values);
  return allSettings().map((setting) => ({
    ...setting,
    value: valueAt(shown, setting.name) ?? null,
    ...originOf(setting.name, given),
  }));
}
