import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tallygate } from '../support/gateway/cli-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Tests run processes, which take their time on a loaded machine. */
jest.setTimeout(60_000);

const folder = temporaryFolder('cli-config');
afterAll(() => rmSync(folder, { recursive: true }));

describe('tallygate config', () => {
  it('check lists every mistake at once', async () => {
    const env = { GATEWAY_PORT: 'eight', GATEWAY_CREDITS: 'maybe' };
    const { code, stdout, stderr } = await tallygate(['config', 'check'], { env });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('GATEWAY_PORT');
    expect(stderr).toContain('GATEWAY_CREDITS');
  });

  it('check makes nothing', async () => {
    const env = { GATEWAY_DATA_DIR: join(folder, 'data') };
    expect(await tallygate(['config', 'check'], { env })).toEqual({ code: 0, stdout: 'The settings are valid.\n', stderr: '' });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('print masks secrets', async () => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, 'port: 9000\nauth:\n  secret_key: "0123456789abcdef0123456789abcdef"\n');
    const env = { GATEWAY_CONFIG: file, GATEWAY_ADMIN_PASSWORD: 'correct horse battery' };
    const yaml = await tallygate(['config', 'print'], { env });
    expect([yaml.code, yaml.stdout]).toEqual([0, expect.stringContaining('port: 9000')]);
    const { stdout } = await tallygate(['config', 'print', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ port: 9000, auth: { secret_key: '…', admin_password: '…' } });
    expect(yaml.stdout + stdout).not.toMatch(/0123456789|correct horse/);
  });

  it.each(['claude-code', 'claude-desktop', 'cursor', 'vscode', 'codex', 'gemini-cli'])(
    'client %s is ready to paste',
    async (name) => {
      const args = ['config', 'client', name, '--url', 'https://mcp.example.com', '--api-key', 'sk-mine'];
      const { code, stdout, stderr } = await tallygate(args);
      expect([code, stderr.split('\n').length]).toEqual([0, 2]);
      expect(stdout).toContain('https://mcp.example.com/messages');
      expect(stdout).toContain('sk-mine');
      if (!['claude-code', 'codex'].includes(name)) expect(JSON.parse(stdout)).toBeDefined();
    },
  );

  it('client names those it knows', async () => {
    const { code, stderr } = await tallygate(['config', 'client', 'netscape']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('claude-code, cursor')]);
  });
});
