import { TallygateError } from '../../common/tallygate-error.js';

/** What operators have changed of a tool, as callers get it; what is undefined is the server's own. */
export interface ToolChange {
  /** One that is not is neither listed nor called. */
  enabled: boolean;
  /** In place of the server's own name, behind the pool's. */
  name?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  /** Arguments that callers neither see nor send: the constant of each, as JSON. Often a secret. */
  fixed: ReadonlyMap<string, string>;
  /** Why the tool cannot be called, whatever `enabled` says; a sentence for people. */
  problem?: string;
}

/** What an operator wants of it: null takes a change back, what is undefined stays as it is. */
export interface ToolEdit {
  enabled?: boolean | null | undefined;
  name?: string | null | undefined;
  title?: string | null | undefined;
  description?: string | null | undefined;
  /** Of each argument that is named; those that are not stay. */
  fixed?: ReadonlyMap<string, string | null> | null | undefined;
}

/** The changes of a pool's tools, by the servers' own name. */
export type PoolChanges = ReadonlyMap<string, ToolChange>;

export const UNCHANGED: ToolChange = { enabled: true, fixed: new Map() };
export const NO_CHANGES: PoolChanges = new Map();

/** @throws CONFLICT when the constants cannot be read and would be lost without a word. */
export function edited(known: ToolChange, { enabled, name, title, description, fixed }: ToolEdit): ToolChange {
  if (known.problem !== undefined && fixed === undefined) throw new TallygateError('CONFLICT', known.problem);
  return {
    enabled: enabled === undefined ? known.enabled : (enabled ?? true),
    name: name === undefined ? known.name : (name ?? undefined),
    title: title === undefined ? known.title : (title ?? undefined),
    description: description === undefined ? known.description : (description ?? undefined),
    fixed: fixed === undefined ? known.fixed : editedArguments(known.fixed, fixed),
  };
}

function editedArguments(known: ToolChange['fixed'], edit: ToolEdit['fixed']): ToolChange['fixed'] {
  const all = edit ? [...known, ...edit] : [];
  const fixed = new Map<string, string>();
  for (const [name, constant] of all) {
    if (constant === null) fixed.delete(name);
    else fixed.set(name, constant);
  }
  return fixed;
}

/** Whether nothing is left of it. */
export const isUnchanged = ({ enabled, name, title, description, fixed }: ToolChange): boolean =>
  enabled && fixed.size === 0 && [name, title, description].every((one) => one === undefined);
