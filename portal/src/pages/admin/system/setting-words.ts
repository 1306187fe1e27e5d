import type { Schemas } from '../../../app/api';

type Setting = Schemas['SettingDto'];

/** A value as it would be written; null where there is none. */
export const valueText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** Where a value comes from. */
export const sourceText = ({ origin, given_as: name }: Pick<Setting, 'origin' | 'given_as'>, file: string): string =>
  name ?? (origin === 'file' ? file : 'default');

/** Those whose name, value, source or description has all of the words in it, by their section. */
export function sectionsOf(settings: readonly Setting[], wanted: string, isGivenOnly: boolean): [string, Setting[]][] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (one: Setting) => `${one.name} ${valueText(one.value)} ${one.given_as} ${one.description}`.toLowerCase();
  const shown = settings.filter((one) => {
    const text = textOf(one);
    return (!isGivenOnly || one.origin !== 'default') && words.every((word) => text.includes(word));
  });
  const sections = new Map<string, Setting[]>();
  for (const one of shown) {
    const section = one.name.includes('.') ? one.name.split('.')[0]! : 'general';
    sections.set(section, [...(sections.get(section) ?? []), one]);
  }
  return [...sections];
}

/** A problem of the one file that is checked: its name, which the gateway's log needs, says nothing here. */
export const problemText = (message: string): string => message.replace(/^gateway\.yaml: /, '');
