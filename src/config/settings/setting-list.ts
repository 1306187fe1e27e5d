import { isObject, valueAt } from '../../common/json.js';
import { configSchema } from '../app-config.js';
import { helpOf } from '../environment.js';
import { DESCRIPTIONS } from './setting-descriptions.js';
import type { Setting } from './shown-setting.js';

/** Every setting, in the order of the schema. Lists and maps of names are settings as a whole. */
export function allSettings(): Setting[] {
  const defaults = configSchema.parse({});
  return namesIn(configSchema).map((name) => ({
    name,
    default: valueAt(defaults, name) ?? null,
    description: helpOf(name) ?? DESCRIPTIONS[name] ?? '',
  }));
}

/** Paths of what has no settings in it. */
function namesIn(schema: unknown, path: readonly string[] = []): string[] {
  const { shape, def } = schema as { shape?: object; def?: { innerType?: unknown } };
  if (isObject(shape)) return Object.entries(shape).flatMap(([name, child]) => namesIn(child, [...path, name]));
  return def?.innerType === undefined ? [path.join('.')] : namesIn(def.innerType, path);
}
