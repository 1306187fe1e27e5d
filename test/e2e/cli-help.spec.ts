import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../../src/cli/terminal/cli-failure.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { allCommands, callProblem, tallygateCalls } from '../support/docs/command-lines.js';

/** Those whose answer is for eyes, a file or a protocol, or has no content. */
const WITHOUT_JSON = ['serve', 'stdio', 'usage export', 'account export', 'config check'];

const commands = allCommands();
const leaves = commands.filter(({ help }) => !help.includes('\nCommands:'));

describe('the help', () => {
  it.each(leaves.map(({ words, help }) => [words.join(' '), help]))('of %s has an example of itself', (name, help) => {
    expect(help).toMatch(new RegExp(`^Examples:\\n(  .*\\n)*  .*tallygate ${name}( |$)`, 'm'));
  });

  it('has examples that are right in every word', () => {
    const examples = commands.flatMap(({ help }) => /^Examples:\n((?: {2}.*\n)+)/m.exec(help)?.[1]?.trim().split('\n') ?? []);
    const problems = examples.flatMap((line) => tallygateCalls(line).map((call) => [line.trim(), callProblem(call)]));
    expect(problems.length).toBeGreaterThan(commands.length);
    expect(problems.filter(([, problem]) => problem !== undefined)).toEqual([]);
  });

  it('of each command for servers says who may, and of what it takes what a stranger cannot guess', () => {
    const helps = new Map(leaves.filter(({ words }) => words[0] === 'servers').map(({ words, help }) => [words[1], help]));
    const readers = [...helps].filter(([, help]) => help.includes('an API key with gateway:read.')).map(([name]) => name);
    const writers = [...helps].filter(([, help]) => help.includes('an API key with gateway:write.')).map(([name]) => name);
    expect([readers, writers]).toEqual([
      ['list', 'tools'],
      ['add', 'remove', 'check', 'approve', 'change'],
    ]);
    for (const words of ['NAME@PIN', 'first 8 characters', 'no terminal', '--yes']) expect(helps.get('approve')).toContain(words);
    for (const words of ['PIN', 'quarantined', 'unusable', 'FOR CALLERS']) expect(helps.get('tools')).toContain(words);
  });

  it('has --json wherever there is something to read for a program', () => {
    const without = leaves.filter(({ help }) => !/^ +--json /m.test(help)).map(({ words }) => words.join(' '));
    expect(without).toEqual(WITHOUT_JSON);
  });

  it('explains the exit codes, every one of them', async () => {
    const { code, stdout } = await tallygate(['--help']);
    const explained = [.../(?<=Exit codes: )[^]*/.exec(stdout)![0].matchAll(/(?:^|· )(\d+)/g)].map(([, number]) =>
      Number(number),
    );
    expect([code, explained]).toEqual([0, Object.values(EXIT)]);
  });
});

describe('the check of command lines', () => {
  it.each([
    ['tallygate nonsense', 'nonsense is no command'],
    ['tallygate keys create x --colour', '--colour is no option'],
    ['KEY=1 npx tallygate keys revoke', '0 arguments'],
    ['x && tallygate usage stats --days many', 'It must be a whole number'],
  ])('sees what is wrong with %s', (line, problem) => {
    expect(tallygateCalls(line).map(callProblem)).toEqual([expect.stringContaining(problem)]);
  });
});
