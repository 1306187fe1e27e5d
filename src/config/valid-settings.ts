import { isObject } from '../common/json.js';
import { configSchema, type ConfigValues } from './app-config.js';
import { plainWords } from './setting-words.js';

type Path = readonly PropertyKey[];

/** One setting that is wrong. */
export interface SettingIssue {
  path: Path;
  message: string;
  /** Names of settings there are not, at the path. */
  keys?: string[];
}

/**
 * All that is wrong with settings, and what they are without it: so the rules that span settings can be checked too, and a mistake
 * never hides another one. What is left out of them gives no further issues.
 */
export function validSettings(given: Record<string, unknown>): { values: ConfigValues; issues: SettingIssue[] } {
  const kept = structuredClone(given);
  const issues: SettingIssue[] = [];
  const leftOut: Path[] = [];
  for (;;) {
    const result = configSchema.safeParse(kept, { error: plainWords });
    if (result.success) return { values: result.data, issues };
    const found = result.error.issues as SettingIssue[];
    issues.push(...found.filter(({ path }) => !leftOut.some((other) => isWithin(path, other) || isWithin(other, path))));
    // Looked for before any is removed, since one may be within another.
    const wrong = found.flatMap((issue) => pathsOf(issue).map((path) => removable(kept, path)));
    for (const path of wrong) remove(kept, path);
    leftOut.push(...wrong);
  }
}

/** Whether one is the other, or in it. */
export const isWithin = (path: Path, outer: Path): boolean => outer.every((part, n) => String(part) === String(path[n]));

const pathsOf = ({ path, keys }: SettingIssue): Path[] => keys?.map((key) => [...path, key]) ?? [path];

/** What has to go for this to be no mistake any more: the value, the list it is in, or the section where it is missing. */
function removable(settings: Record<string, unknown>, path: Path): Path {
  let found: unknown = settings;
  let length = 0;
  for (; length < path.length && isObject(found) && Object.hasOwn(found, path[length]!); length += 1)
    found = found[String(path[length])];
  return path.slice(0, Math.max(1, length));
}

function remove(settings: Record<string, unknown>, path: Path): void {
  const section = path
    .slice(0, -1)
    .reduce<unknown>((outer, part) => (isObject(outer) ? outer[String(part)] : undefined), settings);
  if (isObject(section)) delete section[String(path.at(-1))];
}
