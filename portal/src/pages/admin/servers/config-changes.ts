import { textOf, type ConfigField } from './config-fields';

/** One value of a server that would change, in words. */
export interface ConfigChange {
  name: string;
  before: string;
  after: string;
}

interface Edit {
  /** As the gateway shows it. */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  /** Values that are stored and never shown. */
  secrets: readonly string[];
  /** Whether a secret that is left empty stays. */
  keepSecrets: boolean;
}

/** What saving changes; secrets only by that they do. */
export function changesOf(fields: readonly ConfigField[], { before, after, secrets, keepSecrets }: Edit): ConfigChange[] {
  return fields.flatMap(({ name, isSecret }) => {
    const isStored = secrets.includes(name);
    if (isStored && keepSecrets && after[name] === undefined) return [];
    const words = (value: unknown, secret: string) =>
      value === undefined ? 'nothing' : isSecret || isStored ? secret : textOf(value);
    const change = { name, before: words(before[name], 'a secret'), after: words(after[name], 'the secret you typed') };
    return change.before === change.after ? [] : [change];
  });
}
