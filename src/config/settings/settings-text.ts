import { LineCounter, parseDocument, type Document } from 'yaml';
import { isObject } from '../../common/json.js';

/** Deeper than any setting; what is deeper would exhaust the stack of what reads it, and what contains itself is never read to its end. */
const DEPTH_MAX = 100;

/** What a settings file says, and what is wrong with it as YAML. */
export interface SettingsText {
  settings: Record<string, unknown>;
  problems: string[];
  /** The line of what stands at a path, or of the nearest around it; undefined where nothing does. */
  lineOf?: (path: readonly string[]) => number | undefined;
}

/** Settings in YAML; none, and why, where they cannot be read. @param name the file's, for problems */
export function readSettings(name: string, read: () => string): SettingsText {
  try {
    const lines = new LineCounter();
    const document = parseDocument(read(), { lineCounter: lines });
    const problems = document.errors.map(({ message }) => `${name}: ${message.split('\n')[0]}`);
    const settings: unknown = problems.length > 0 ? {} : (document.toJS() ?? {});
    if (!isObject(settings)) return refused(`${name}: must be a mapping of settings, as in gateway.example.yaml`);
    if (!isShallow(settings, DEPTH_MAX)) return refused(`${name}: is nested more than ${DEPTH_MAX} levels deep`);
    return { settings, problems, lineOf: (path) => lineIn(document, lines, path) };
  } catch (error) {
    return refused(`${name}: ${(error as Error).message.split('\n')[0]}`);
  }
}

const refused = (problem: string): SettingsText => ({ settings: {}, problems: [problem] });

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' || value === null || (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)));

function lineIn(document: Document, lines: LineCounter, path: readonly string[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
}
