import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { AppConfig, configSchema, type ConfigValues } from '../../config/app-config.js';
import { ConfigProblem, targetOf } from './server-target.js';
import { ServerTemplates } from './server-templates.service.js';

const templatesOf = (settings: object) =>
  new ServerTemplates(
    new AppConfig(
      configSchema.parse({ auth: { secret_key: 's'.repeat(32) }, ...settings }) as ConfigValues & {
        auth: { secret_key: string };
      },
    ),
  );

const process_ = { transport: 'stdio', command: 'x' };

describe('Templates of upstream servers', () => {
  it('start no process unless the operator names or writes one', () => {
    expect(templatesOf({}).names()).toEqual(['http', 'sse']);
    expect(templatesOf({ servers: { enabled_templates: ['memory'] } }).names()).toEqual(['memory']);
    expect(() => templatesOf({}).get('file-server')).toThrow('servers.enabled_templates');
  });

  it.each([
    ['file-server', { base_path: '/data' }],
    ['memory', { file_path: '/data/memory.json' }],
    ['everything', {}],
  ])('come with their program: %s runs what is installed, by this Node', (name, config) => {
    const template = templatesOf({ servers: { enabled_templates: [name] } }).get(name);
    const target = targetOf(template, config, {});
    expect(target).toMatchObject({ transport: 'stdio', command: process.execPath });
    expect(existsSync((target as { args: string[] }).args[0]!)).toBe(true);
  });

  it('of the operator take the place of shipped ones', () => {
    const templates = { 'file-server': { transport: 'stdio', command: '/bin/files' } };
    const found = templatesOf({ templates, servers: { enabled_templates: ['file-server'] } }).get('file-server');
    expect(found).toMatchObject({ command: '/bin/files', args: [], strategy: 'round_robin', timeoutMs: 30_000 });
  });

  it('take what they leave open from the general settings', () => {
    const templates = {
      own: { transport: 'stdio', command: 'x', strategy: 'random' },
      other: { transport: 'stdio', command: 'x' },
    };
    const all = templatesOf({ templates, load_balancer: { strategy: 'weighted', health_check_interval: 7 } });
    expect(all.get('own')).toMatchObject({ strategy: 'random', healthCheckIntervalMs: 7_000 });
    expect(all.get('other')).toMatchObject({ strategy: 'weighted' });
  });

  it('say who approves, and whether instructions are told, where the general settings do not', () => {
    const [own, other] = [{ ...process_, approval: 'off', instructions: false }, process_];
    const all = (servers: object) => templatesOf({ templates: { own, other }, servers });
    const said = (servers: object) =>
      ['own', 'other'].map((name) => all(servers).get(name)).map(({ approval, instructions }) => [approval, instructions]);
    const ownSays = ['off', false];
    expect(said({})).toEqual([ownSays, ['first_use', false]]);
    expect(said({ tool_approval: 'manual', instructions: true })).toEqual([ownSays, ['manual', true]]);
    expect(said({ approval: 'off' })).toEqual([ownSays, ['off', false]]);
  });

  it('check a config without changing what was sent', () => {
    const properties = { a: { type: 'integer' }, b: { default: 1 } };
    const templates = { own: { transport: 'stdio', command: 'x', config: { required: ['a'], properties } } };
    const all = templatesOf({ templates });
    const sent = { a: 1 };
    expect(all.check('own', sent)).toEqual({ a: 1, b: 1 });
    expect(sent).toEqual({ a: 1 });
    expect(() => all.check('own', { a: 'x' })).toThrow(ConfigProblem);
    expect(all.check('own', { a: 1, b: null })).toEqual({ a: 1, b: null });
    for (const nothing of [{}, { a: null }])
      expect(() => all.check('own', nothing)).toThrow(
        expect.objectContaining({ path: ['a'], reason: 'field required' }) as never,
      );
  });
});
