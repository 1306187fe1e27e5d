import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './load-config.js';
import { templateName, templateSchema, templatesSchema, variablesOf } from './template-config.js';

const config = { type: 'object', properties: { path: { type: 'string' } } };
const problems = (template: object) =>
  templateSchema.safeParse({ config, ...template }).error?.issues.map(({ path }) => path[0]) ?? [];

describe('A template', () => {
  it('needs little', () => {
    expect(problems({ transport: 'http', url: 'http://localhost:3000/mcp' })).toEqual([]);
    expect(problems({ transport: 'stdio', command: 'node', args: ['server.js', '${config.path}'] })).toEqual([]);
  });

  it.each([
    [{ transport: 'http' }, 'url'],
    [{ transport: 'http', url: 'ftp://a.example' }, 'url'],
    [{ transport: 'http', url: 'http://a.example', command: 'node' }, 'command'],
    [{ transport: 'stdio' }, 'command'],
    [{ transport: 'stdio', command: 'node', url: 'http://a.example' }, 'url'],
    [{ transport: 'stdio', command: '${config.path}' }, 'command'],
    [{ transport: 'stdio', command: '${env:SHELL}' }, 'command'],
    [{ transport: 'stdio', command: '/bin/sh', args: ['-c', 'ls ${config.path}'] }, 'args'],
    [{ transport: 'stdio', command: 'C:\\Windows\\cmd.exe', args: ['/c', '${config.path}'] }, 'args'],
    [{ transport: 'stdio', command: 'node', args: ['--${config.path}'] }, 'args'],
    [{ transport: 'stdio', command: 'node', env: { NODE_OPTIONS: '${config.path}' } }, 'env'],
    [{ transport: 'stdio', command: 'node', env: { LD_PRELOAD: '${config.path}' } }, 'env'],
    [{ transport: 'stdio', command: 'node', args: ['${config.other}'] }, 'config'],
    [{ transport: 'stdio', command: 'node', config: { type: 'nonsense' } }, 'config'],
    [{ transport: 'stdio', command: 'node', args: ['${HOME}'] }, 'args'],
    [{ transport: 'http', url: 'http://a.example', allowed_networks: ['10.0.0.0/33'] }, 'allowed_networks'],
    [{ transport: 'http', url: 'http://a.example', strategy: 'fastest' }, 'strategy'],
  ])('is refused at start where a value could become more than a value, or nothing would work: %j', (template, path) => {
    expect(problems(template)).toContain(path);
  });

  it('has a name that is never one of a server', () => {
    for (const name of ['files', 'http', 'file-server', 'a1']) expect(templateName.safeParse(name).success).toBe(true);
    for (const name of ['files-1', 'Files', 'a__b', '', '-a', '../x', 'a'.repeat(33)])
      expect(templateName.safeParse(name).success).toBe(false);
  });

  it('says which variables of the environment it needs', () => {
    const templates = templatesSchema.parse({
      a: { transport: 'http', url: 'http://${env:HOST}/', headers: { K: '${env:KEY}' } },
      b: { transport: 'stdio', command: 'node', env: { K: '${env:KEY}' } },
    });
    expect(variablesOf(templates)).toEqual(['HOST', 'KEY']);
  });

  it('stops the start while a variable it needs is not set, and is given that variable and no other', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, "templates: { a: { transport: http, url: 'http://a.example/', headers: { K: '${env:A_KEY}' } } }");
    const env = { GATEWAY_CONFIG: file, GATEWAY_DATA_DIR: folder, OTHER: 'x' };
    expect(() => loadConfig(env)).toThrow('the environment variable A_KEY is not set');
    expect(loadConfig({ ...env, A_KEY: 'k' }).templateVariables).toEqual({ A_KEY: 'k' });
    rmSync(folder, { recursive: true });
  });
});
