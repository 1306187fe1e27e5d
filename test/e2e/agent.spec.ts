import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { tallygate } from '../support/gateway/cli-process.js';
import { claudeCode } from '../support/clients/claude-code.js';
import { FakeAnthropic } from '../support/clients/fake-anthropic.js';
import { FakeGemini } from '../support/clients/fake-gemini.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The agent takes seconds to start, and tens of them on a loaded machine. */
jest.setTimeout(180_000);

const PROGRAM = resolve('node_modules', '@google', 'gemini-cli', 'bundle', 'gemini.js');
/** Nothing that reports to its maker. */
const SETTINGS = {
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
};
/** Whatever it wants from elsewhere ends at a port where nobody listens. */
const NO_NETWORK = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1,localhost' };

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
});
afterAll(() => gateway.destroy());

let model: FakeGemini;
let home: string;
beforeEach(() => {
  model = new FakeGemini({ name: 'mcp_tallygate_add', args: { a: 2, b: 40 } });
  home = temporaryFolder('agent');
});
afterEach(async () => {
  await model.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Its answer to one question, with the configuration that this gateway prints for it. */
async function ask(key: string | undefined, ...options: string[]): Promise<{ stdout: string; stderr: string }> {
  mkdirSync(join(home, '.gemini'));
  writeFileSync(join(home, '.gemini', 'settings.json'), JSON.stringify({ ...SETTINGS, ...(await printedConfiguration(key)) }));
  const env = { PATH: process.env['PATH'], HOME: home, GEMINI_API_KEY: 'any', GOOGLE_GEMINI_BASE_URL: await model.start() };
  const question = ['--model', 'gemini-2.5-flash', '--approval-mode', 'yolo', ...options, '--prompt', 'What is 2 and 40?'];
  const child = spawn(process.execPath, [PROGRAM, ...question], {
    cwd: home,
    env: { ...env, ...NO_NETWORK },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr };
}

async function printedConfiguration(key = 'none'): Promise<{ mcpServers: { tallygate: { headers?: object } } }> {
  const { stdout } = await tallygate(['config', 'client', 'gemini-cli', '--url', gateway.mcpUrl, '--api-key', key]);
  const configuration = JSON.parse(stdout) as { mcpServers: { tallygate: { headers?: object } } };
  if (key === 'none') delete configuration.mcpServers.tallygate.headers;
  return configuration;
}

describe('an agent (Gemini CLI) with the configuration printed for it', () => {
  it('offers our tools to its model, calls one, and goes on with its result', async () => {
    const { stdout } = await ask(gateway.apiKey);
    expect([...model.offered]).toEqual(expect.arrayContaining(['mcp_tallygate_add', 'mcp_tallygate_get_daily_bars']));
    expect(stdout).toMatch(/The tool says .*42/);
  });

  it('says that MCP has a problem without a key, and in its details how to send one', async () => {
    const { stderr } = await ask(undefined, '--debug');
    expect(stderr).toContain('MCP issues detected');
    expect(stderr).toContain("Send an API key as 'Authorization: Bearer <key>'");
    expect([...model.offered].filter((name) => name.startsWith('mcp_tallygate'))).toEqual([]);
  });

  it('says that the server wants other credentials when the key was revoked', async () => {
    const { stderr } = await ask(await gateway.revokedKey(), '--debug');
    expect(stderr).toContain("MCP server 'tallygate' requires authentication");
    expect([...model.offered].filter((name) => name.startsWith('mcp_tallygate'))).toEqual([]);
  });
});

const claude = claudeCode();
(claude === undefined ? describe.skip : describe)('an agent (Claude Code) with the configuration printed for it', () => {
  const TOOL = 'mcp__tallygate__add';
  /** All tools are offered at once, as few as they are; nothing reports to its maker. */
  const SIMPLE = { ENABLE_TOOL_SEARCH: 'false', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' };
  let model: FakeAnthropic;
  let home: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    model = new FakeAnthropic({ name: TOOL, input: { a: 2, b: 40 } });
    home = temporaryFolder('claude-code');
    const path = `${dirname(claude!)}:${process.env['PATH']}`;
    env = { PATH: path, HOME: home, ANTHROPIC_API_KEY: 'any', ANTHROPIC_BASE_URL: await model.start(), ...SIMPLE, ...NO_NETWORK };
  });
  afterEach(async () => {
    await model.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const printed = async (name: string, key: string) =>
    (await tallygate(['config', 'client', name, '--url', gateway.mcpUrl, '--api-key', key])).stdout.trim();
  const run = async (command: string, args: string[], more = {}): Promise<string> => {
    const child = spawn(command, args, { cwd: home, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return stdout + stderr;
  };

  it('of a project offers our tools to its model, calls one, and goes on with its result', async () => {
    const file = join(home, '.mcp.json');
    writeFileSync(file, await printed('claude-code-project', gateway.apiKey));
    const question = ['--print', 'What is 2 and 40?', '--mcp-config', file, '--strict-mcp-config', '--allowedTools', TOOL];
    expect(await run(claude!, question, { TALLYGATE_API_KEY: gateway.apiKey })).toMatch(/The tool says .*42/);
  });

  it.each([
    ['good', () => gateway.apiKey, /tallygate: .* Connected$/m],
    ['none', () => undefined, /This server does not use OAuth\. Send an API key as 'Authorization: Bearer <key>'/],
    ['wrong', () => 'sk-wrong', /Invalid or expired API key: there is no such key here/],
    ['revoked', () => gateway.revokedKey(), /Invalid or expired API key: it was revoked/],
  ])('lists the server it was added with a key that is %s', async (_, keyOf, shown) => {
    const key = await keyOf();
    const command = await printed('claude-code', key ?? 'none');
    await run('sh', ['-c', key === undefined ? command.replace(/ --header .*/, '') : command]);
    expect(await run(claude!, ['mcp', 'list'])).toMatch(shown);
  });
});
