import type { components } from '../../../client/gateway-client.js';
import { shownLine } from './changed-lines.js';

type Changes = components['schemas']['ToolChangesDto'];

/** Which parts of a tool callers get otherwise than its server has it, for a column; empty where none. */
export function changedParts({ enabled, name, title, description, arguments: fixed = {}, problem }: Changes = {}): string {
  const parts = [
    ...(enabled === false ? ['off'] : []),
    ...(name === undefined ? [] : ['name']),
    ...(title === undefined ? [] : ['title']),
    ...(description === undefined ? [] : ['description']),
    ...(Object.keys(fixed).length > 0 ? ['arguments'] : []),
    ...(problem === undefined ? [] : ['broken']),
  ];
  return parts.join(', ');
}

/** What callers get of a tool otherwise than its server has it; of fixed arguments the names, since values may be secret. */
export function changedText(tool: string, changes: Changes = {}): string {
  const { enabled, name, title, description, arguments: fixed = {}, unknown_arguments: unknown = [], problem } = changes;
  const words = [
    ...(enabled === false ? ['is switched off'] : []),
    ...(name === undefined ? [] : [`is called ${name}`]),
    ...(title === undefined ? [] : ['has another title']),
    ...(description === undefined ? [] : ['has another description']),
    ...(Object.keys(fixed).length > 0 ? [`has fixed ${names(Object.keys(fixed))}`] : []),
    ...(problem === undefined ? [] : ['cannot be called']),
  ];
  const warnings = [
    ...(unknown.length > 0 ? [`Its schema names no argument ${names(unknown)}.`] : []),
    ...(problem === undefined ? [] : [problem]),
  ];
  return [`${shownLine(tool)} ${words.join(', ') || 'is as its server has it'}.`, ...warnings].join('\n');
}

const names = (list: readonly string[]): string => list.map(shownLine).join(', ');
