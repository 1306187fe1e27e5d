import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const folder = temporaryFolder('servers');
const data = join(folder, 'data');
const pids = join(folder, 'pids');
const misbehaving = {
  transport: 'stdio',
  command: process.execPath,
  args: [join('test', 'support', 'upstreams', 'misbehaving-server.mjs'), pids],
  env: { GREETING: 'hello' },
  timeout_seconds: 4,
  tables: { environment: 'variables' },
};
let rig: UpstreamRig;

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'example.txt'), 'hello from a file');
  writeFileSync(join(folder, 'secret.txt'), 'not yours');
  symlinkSync(join(folder, 'secret.txt'), join(data, 'link.txt'));
  writeFileSync(pids, '');
  rig = new UpstreamRig({ misbehaving });
  await rig.register(
    server('file-server-1', 'file-server', { base_path: data }),
    server('memory-1', 'memory', { file_path: join(folder, 'memory.json') }),
    server('everything-1', 'everything'),
    server('misbehaving-1', 'misbehaving'),
  );
}, 30_000);
afterAll(() => rig.close());

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the official servers over stdio', () => {
  it('read a file, as source 003 shows it', async () => {
    const result = await rig.call('file-server__read_file', { path: join(data, 'example.txt') });
    expect([result.errorCode, result.text]).toEqual([undefined, 'hello from a file']);
    expect(result.usage.recordCount).toBe(1);
  });

  it.each([['../secret.txt'], ['link.txt'], ['/etc/passwd'], ['sub/../../secret.txt']])('refuse the path %s', async (path) => {
    const result = await rig.call('file-server__read_file', { path: path.startsWith('/') ? path : `${data}/${path}` });
    expect(result.errorCode).toBe('TOOL_ERROR');
    expect(result.text).toMatch(/denied/i);
    expect(result.text).not.toMatch(/not yours|root:/);
  });

  it('keep what they are told', async () => {
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['wrote the first program'] }];
    expect((await rig.call('memory__create_entities', { entities })).errorCode).toBeUndefined();
    expect((await rig.call('memory__search_nodes', { query: 'Ada' })).text).toMatch(/first program/);
  });

  it('answer what everything offers, and refuse themselves what does not fit', async () => {
    expect((await rig.call('everything__echo', { message: 'hi' })).text).toMatch(/hi/);
    expect((await rig.call('everything__echo', { message: 1 })).errorCode).toBe('TOOL_ERROR');
  });
});

describe('a child process', () => {
  it('sees PATH and what its template names, nothing else of the gateway', async () => {
    const result = await rig.call('misbehaving__environment');
    expect((JSON.parse(result.text) as string[]).sort()).toEqual(['GREETING', 'PATH']);
    expect(result.usage).toEqual({ recordCount: 2, tableName: 'variables' });
  });

  it('that hangs or writes garbage fails the call in time, and only that one', async () => {
    const started = performance.now();
    const [hung, garbled, fine] = await Promise.all(
      ['hang', 'garbage', 'environment'].map((tool) => rig.call(`misbehaving__${tool}`)),
    );
    expect([hung!.errorCode, garbled!.errorCode, fine!.errorCode]).toEqual(['BACKEND_ERROR', 'BACKEND_ERROR', undefined]);
    expect(hung!.text).toBe('misbehaving-1 did not answer within 4 s. Nothing was charged.');
    expect(performance.now() - started).toBeLessThan(6_000);
  });

  it('that answers 10 MB fails that call only', async () => {
    const [huge, fine] = await Promise.all(['huge', 'environment'].map((tool) => rig.call(`misbehaving__${tool}`)));
    expect(huge!.text).toBe('misbehaving-1 failed: its answer is too large. Nothing was charged.');
    expect(fine!.errorCode).toBeUndefined();
  });

  it('that changes its tools is listed anew', async () => {
    await rig.call('misbehaving__change');
    await eventually(() => expect(rig.names()).toContain('misbehaving__added'));
  });

  it('that dies mid-call fails the call at once and is started again', async () => {
    const before = rig.servers.get('misbehaving-1')!.pid;
    const started = performance.now();
    expect((await rig.call('misbehaving__die')).text).toBe('misbehaving-1 ended while it was asked. Nothing was charged.');
    expect(performance.now() - started).toBeLessThan(2_000);
    await eventually(async () => expect((await rig.call('misbehaving__environment')).errorCode).toBeUndefined());
    expect(rig.servers.get('misbehaving-1')!.pid).not.toBe(before);
    expect((await rig.call('everything__echo', { message: 'hi' })).errorCode).toBeUndefined();
  });

  it('that cannot start is reported in its own words, without what is secret in them; callers read only that it ended', async () => {
    const broken = (script: string, more: object = {}) => ({
      transport: 'stdio',
      command: process.execPath,
      args: ['-e', script],
      env: { LOGIN: '${config.login}' },
      config: { type: 'object', properties: { login: { type: 'string', writeOnly: true } } },
      ...more,
    });
    const own = new UpstreamRig({
      dying: broken("console.error('no license for ' + process.env.LOGIN + ', password=hunter2xyz'); process.exit(7)"),
      throwing: broken("throw new Error('the disk is full')"),
      talking: broken("console.log('usage: server FILE'); process.exitCode = 2"),
      killed: broken("process.kill(process.pid, 'SIGKILL')"),
      silent: broken("console.error('waiting for the database'); setInterval(() => 0, 1_000)", { connect_timeout_seconds: 2 }),
      // It hears nothing of what it is asked second, and ends a moment later.
      deaf: broken("require('fs').closeSync(0); setTimeout(() => { console.error('no room'); process.exitCode = 3 }, 1_700)", {
        connect_timeout_seconds: 3,
      }),
      absent: broken('', { command: '/nowhere/program' }),
    });
    const names = ['dying', 'throwing', 'talking', 'killed', 'silent', 'deaf', 'absent'];
    own.set(...names.map((name) => server(`${name}-1`, name, { login: 'ada-s3cret' })));
    const words = (name: string) => own.servers.get(`${name}-1`)!.health;
    // A check that a busy machine made too late to hear them has the last words at the next try.
    await eventually(() => {
      expect(names.filter((name) => words(name).state !== 'unhealthy')).toEqual([]);
      expect(words('dying').words).toMatch(/^Its program (ended with exit code 7 and )?said: no license for …, password=/);
      expect(words('throwing').words).toContain('said: Error: the disk is full');
      expect(words('talking').words).toContain('not MCP: usage: server FILE');
      expect(words('killed').words).toMatch(/SIGKILL/);
      expect(words('silent').words).toBe('Its program said: waiting for the database');
      expect(words('deaf').words).toMatch(/^Its program (ended with exit code 3 and )?said: no room$/);
      expect(words('absent').words).toContain('said: spawn /nowhere/program ENOENT');
    }, 80_000);
    for (const name of names) expect(words(name).error).not.toMatch(/license|disk|usage|waiting|nowhere/);
    await own.close();
  }, 90_000);

  it('is gone with everything it started when its server is removed, and all are when the gateway closes', async () => {
    const grandchild = Number((await rig.call('misbehaving__have-child')).text);
    expect(isAlive(grandchild)).toBe(true);
    const started = [...readFileSync(pids, 'utf8').trim().split('\n').map(Number), grandchild];
    const others = rig.servers.all().map(({ pid }) => pid!);
    rig.set(...rig.registered.filter(({ name }) => name !== 'misbehaving-1'));
    await eventually(() => expect(started.filter(isAlive)).toEqual([]));
    expect(rig.names().some((name) => name.startsWith('misbehaving'))).toBe(false);
    await rig.close();
    expect(others.filter(isAlive)).toEqual([]);
    expect(rig.servers.processes).toBe(0);
  }, 15_000);
});
