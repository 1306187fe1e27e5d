import type { Command } from 'commander';
import { tallygateCommand } from '../../../src/cli/program.js';

/** The calls of `tallygate` in a line of shell, each as its words without the name. */
export function tallygateCalls(line: string): string[][] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const parts: string[][] = [[]];
  for (const word of words) {
    if (['|', '&&', '<', '>', '#'].includes(word)) parts.push([]);
    else parts.at(-1)!.push(word.replace(/^(['"])(.*)\1$/s, '$2'));
  }
  return parts.flatMap((part) => {
    const start = part.findIndex((word) => !/^([A-Z_]+=.*|npx)$/.test(word));
    return part[start] === 'tallygate' ? [part.slice(start + 1)] : [];
  });
}

/** Why a call cannot be meant for this command line: no such command or option, or arguments too many or few. */
export function callProblem(words: readonly string[]): string | undefined {
  const { command, rest } = commandOf(words);
  try {
    const { operands, unknown } = command.parseOptions([...rest]);
    if (unknown.some((word) => !['-h', '--help', '--version'].includes(word))) return `${unknown[0]} is no option`;
    if (unknown.length > 0) return undefined;
    if (command.commands.length > 0 && operands.length > 0) return `${operands[0]} is no command`;
    const least = command.registeredArguments.filter(({ required }) => required).length;
    const most = command.registeredArguments.some(({ variadic }) => variadic) ? Infinity : command.registeredArguments.length;
    return operands.length < least || operands.length > most ? `${operands.length} arguments` : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Every command there is, each with the words that call it. */
export function allCommands(command = tallygateCommand(), words: readonly string[] = []): { words: string[]; help: string }[] {
  const below = command.commands.flatMap((inner) => allCommands(inner, [...words, inner.name()]));
  return [{ words: [...words], help: helpOf(command) }, ...below];
}

function commandOf(words: readonly string[]): { command: Command; rest: readonly string[] } {
  let [command, rest] = [tallygateCommand(), words];
  for (let inner; (inner = command.commands.find((candidate) => candidate.name() === rest[0]));)
    [command, rest] = [inner, rest.slice(1)];
  const thrown = (error: Error) => {
    throw error;
  };
  return { command: command.exitOverride(thrown).configureOutput({ writeErr: () => {} }), rest };
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return help;
}
