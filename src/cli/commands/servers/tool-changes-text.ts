import type { components } from '../../../client/gateway-client.js';
import { shownLine } from './changed-lines.js';

type Changes = components['schemas']['ToolChangesDto'];

/** Which parts of a tool callers get otherwise than its server has it, for a column; empty where none. */
export const changedParts = (changes: Changes = {}): string =>
  partsOf(changes)
    .map(([part]) => part)
    .join(', ');

/** What callers get of a tool otherwise than its server has it; of fixed arguments the names, since values may be secret. */
export function changedText(tool: string, changes: Changes = {}): string {
  const { unknown_arguments: unknown = [], problem } = changes;
  const words = partsOf(changes).map(([, said]) => said);
  const warnings = [
    ...(unknown.length > 0 ? [`Its schema names no argument ${names(unknown)}.`] : []),
    ...(problem === undefined ? [] : [problem]),
  ];
  return [`${shownLine(tool)} ${words.join(', ') || 'is as its server has it'}.`, ...warnings].join('\n');
}

/** Each part that is changed: its name, and what is said of it. */
function partsOf({ enabled, name, title, description, arguments: fixed = {}, problem }: Changes): [part: string, said: string][] {
  const parts: [isChanged: boolean, part: string, said: string][] = [
    [enabled === false, 'off', 'is switched off'],
    [name !== undefined, 'name', `is called ${name}`],
    [title !== undefined, 'title', 'has another title'],
    [description !== undefined, 'description', 'has another description'],
    [Object.keys(fixed).length > 0, 'arguments', `has fixed ${names(Object.keys(fixed))}`],
    [problem !== undefined, 'broken', 'cannot be called'],
  ];
  return parts.flatMap(([isChanged, part, said]) => (isChanged ? [[part, said]] : []));
}

const names = (list: readonly string[]): string => list.map(shownLine).join(', ');
