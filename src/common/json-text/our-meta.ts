import { membersOf, objectOf } from './json-members.js';

/** With which the members of `_meta` begin that are the gateway's own. */
export const OURS = 'tallygate/';

/** `_meta` without what only the gateway may say: no server says what a call cost, or what a tool is called here. @param meta JSON, of an object */
export function withoutOurs(meta: string): string {
  const members = [...membersOf(meta)];
  const others = members.filter(([name]) => !name.startsWith(OURS));
  return others.length === members.length ? meta : objectOf(others);
}
