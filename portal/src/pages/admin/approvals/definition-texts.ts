import type { Schemas } from '../../../app/api';
import { plainText, withoutGaps } from '../../../app/plain-text';

/** One member of a definition, as it was approved and as it is. */
export interface DefinitionText {
  title: string;
  before: string;
  after: string;
}

const TITLES: Readonly<Record<string, string>> = {
  description: 'Description',
  inputSchema: 'Arguments',
  outputSchema: 'Answer',
  annotations: 'What it says it does',
};
/** What a reader looks for first. */
const ORDER = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'];

/** The members of a definition that has changed; of one that is new, all of them. */
export function definitionTexts({ definition, approved_definition: approved }: Schemas['ServerPinDto']): DefinitionText[] {
  const names = new Set([...Object.keys(definition ?? {}), ...Object.keys(approved ?? {})]);
  const all = [...names].sort((one, other) => placeOf(one) - placeOf(other));
  const texts = all.map((name) => ({
    title: Object.hasOwn(TITLES, name) ? TITLES[name]! : plainText(name),
    before: textOf(memberOf(approved, name)),
    after: textOf(memberOf(definition, name)),
  }));
  return texts.filter(({ before, after }) => before !== after);
}

const placeOf = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/** A server names its members: `constructor` is one only where the server says so. */
const memberOf = (of: object | null, name: string): unknown =>
  of && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return withoutGaps(plainText(typeof value === 'string' ? value : JSON.stringify(value, null, 2)));
}
