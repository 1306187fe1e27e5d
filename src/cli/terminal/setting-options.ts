import type { Command } from 'commander';
import { SETTING_OPTIONS } from '../../config/environment.js';

/** Options of `gateway.yaml`'s settings, as commander gives them. */
export type SettingOptions = Readonly<Record<string, unknown>>;

/** Gives a command an option for each setting that is also an environment variable. */
export function withSettings(command: Command): Command {
  for (const { variable, option, help } of SETTING_OPTIONS) command.option(`${option} <value>`, `${help} (${variable})`);
  return command;
}

/** The settings among a command's options, by the variables they stand for. */
export function settingsIn(options: SettingOptions): Record<string, string> {
  const given = SETTING_OPTIONS.map(({ variable, option }) => [variable, options[memberOf(option)]] as const);
  return Object.fromEntries(given.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'));
}

/** `--database-url` → `databaseUrl`. */
const memberOf = (option: string) => option.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
