import { describe, jest } from '@jest/globals';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientConfigurations } from '../../src/client/configurations/client-configuration.js';
import {
  ALL_CALLERS as ALL,
  clientsFolder,
  compiled,
  shows,
  withGateway,
  type Caller,
  type Program,
} from '../support/clients/key-callers.js';
import { hasGo } from '../support/installed-once.js';
import { hasPython, pythonProgram, type PythonEnvironment } from '../support/python/python-program.js';

/** On a new machine libraries are installed and compiled first. */
jest.setTimeout(300_000);

const gateway = withGateway();

/** The program that `tallygate config client` prints, as it is; without a key it sends no header. */
function printed(name: string, ending: string, interpreter: string): Program {
  const { text } = clientConfigurations(gateway().mcpUrl, '').find(({ id }) => id === name)!;
  return (key) => {
    const file = join(clientsFolder, `${name}-${key === undefined ? 'no-key' : 'key'}.${ending}`);
    if (!existsSync(file)) writeFileSync(file, text); // another caller's program may be reading it
    return [interpreter, file];
  };
}

/** Frameworks on top of the SDK show what it says. */
const PYTHON: [name: string, environment: PythonEnvironment, callers: Caller[]][] = [
  ['python', 'mcp-1', ALL],
  ['langchain', 'mcp-1', ['good', 'revoked']],
  ['python', 'mcp-2', ALL],
  ['fastmcp', 'mcp-2', ALL],
  ['openai-agents', 'mcp-2', ['good', 'revoked']],
  ['pydantic-ai', 'mcp-2', ['good', 'revoked']],
];
(hasPython(11) ? describe : describe.skip).each(PYTHON)(
  'the program printed for %s, with %s, shows',
  (name, environment, callers) => {
    shows(callers, () => printed(name, 'py', pythonProgram(environment, 'python')));
  },
);

describe('the program printed for typescript shows', () => {
  shows(ALL, () => printed('typescript', 'mjs', process.execPath));
});

(hasGo() ? describe : describe.skip)("the official SDK's client for Go shows", () => {
  shows(ALL, () => {
    const target = compiled('go', (folder) => ['build', '-o', join(folder, 'client'), '.']);
    return () => [join(target, 'client'), gateway().mcpUrl];
  });
});
