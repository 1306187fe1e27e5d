import { valueAt } from '../../common/json.js';
import { maskValues } from '../../common/secrets/mask-values.js';
import type { ConfigValues } from '../app-config.js';
import { originOf, type Given } from '../environment.js';
import { allSettings } from './setting-list.js';
import type { ShownSetting } from './shown-setting.js';

/** Every setting with its value and where that comes from. The one rule of what is shown of settings, for the API and the command line. */
export function shownSettings(values: ConfigValues, given: Given): ShownSetting[] {
  const shown = maskValues(values);
  return allSettings().map((setting) => ({
    ...setting,
    value: valueAt(shown, setting.name) ?? null,
    ...originOf(setting.name, given),
  }));
}
