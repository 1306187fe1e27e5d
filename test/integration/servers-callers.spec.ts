import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { join } from 'node:path';
import { SILENT_CLIENT } from '../../src/tools/source/call-context.js';
import { LegacyUpstream, ModernUpstream } from '../support/upstreams/talking-upstream.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const SECRET = 'a secret of thirty-two characters!';
const config = { type: 'object', properties: { url: { type: 'string' }, headers: { type: 'object' } } };
const authorization = { Authorization: 'Bearer upstream-secret-1' };
const http = { transport: 'http', url: '${config.url}', headers: authorization, headers_from: 'headers', config };

let upstream: TestUpstream;
let rig: UpstreamRig;
beforeEach(async () => (upstream = await new TestUpstream().start()));
afterEach(async () => {
  await rig.close();
  await upstream.stop();
});

async function start(template: object, registered: object = {}): Promise<void> {
  rig = new UpstreamRig({ pool: { ...http, ...template } }, undefined, { variables: { CALLER_SECRET: SECRET } });
  await rig.register(server('pool-7', 'pool', { url: upstream.url, ...registered }));
}

const last = () => upstream.received.at(-1)!;

describe('Headers of callers', () => {
  it('go on with their own calls as the template says, renamed where it says so, and no others do', async () => {
    await start({
      forward_headers: ['X-Tenant', { from: 'x-team', to: 'X-Upstream-Team' }, { from: 'x-their-key', to: 'X-Api-Key' }],
    });
    const headers = { 'x-tenant': 'acme', 'x-team': 'a, b', 'x-their-key': 'k', 'x-other': 'o', 'x-api-key': 'the-gateways' };
    await Promise.all([rig.call('pool__act', {}, undefined, { headers }), rig.call('pool__act', {}, undefined, { headers: {} })]);
    const [mine, others] = [true, false].map((isMine) => upstream.received.find((one) => 'x-tenant' in one.headers === isMine)!);
    expect(mine!.headers).toMatchObject({
      'x-tenant': 'acme',
      'x-upstream-team': 'a, b',
      'x-api-key': 'k',
      authorization: 'Bearer upstream-secret-1',
    });
    expect(mine!.headers).not.toHaveProperty('x-other');
    expect(Object.keys(others!.headers).filter((name) => /^x-/.test(name))).toEqual([]);
  });

  it('go on with reads, prompts and completions too, and with nothing that the gateway asks for itself', async () => {
    const talking = await new LegacyUpstream().start();
    rig = new UpstreamRig({ pool: { ...http, forward_headers: ['X-Tenant'] } });
    await rig.register(server('a', 'pool', { url: talking.url }));
    const context = { ...rig.context(), headers: { 'x-tenant': 'acme' } };
    await rig.resources.find('note://today', caller)!.offer.read('note://today', context);
    await rig.prompts.find('pool__plan', caller)!.offer.get({ day: 'Monday' }, context);
    const completing = rig.resources.template('note://{day}/all', caller)!.complete!('day', 'M', {}, context);
    await expect(completing).rejects.toThrow('Method not found'); // by a server that can complete nothing, and was asked
    const tenantsOf = (...methods: string[]) => methods.map((method) => talking.headersOf[method]?.['x-tenant']);
    expect(tenantsOf('resources/read', 'prompts/get', 'completion/complete')).toEqual(['acme', 'acme', 'acme']);
    expect(tenantsOf('initialize', 'tools/list', 'ping')).toEqual([undefined, undefined, undefined]);
    await talking.stop();
  });

  it('never take the place of what the server was registered with', async () => {
    await start({ forward_headers: ['X-Tenant'] }, { headers: { 'x-TENANT': 'registered' } });
    await rig.call('pool__act', {}, undefined, { headers: { 'x-tenant': 'forged' } });
    expect(last().headers['x-tenant']).toBe('registered');
  });

  it('are refused in words when there is more of them than servers take', async () => {
    await start({ forward_headers: ['X-Tenant'] });
    const { errorCode, text } = await rig.call('pool__act', {}, undefined, { headers: { 'x-tenant': 'x'.repeat(8_200) } });
    expect([errorCode, text]).toEqual([
      'INVALID_ARGUMENTS',
      'The headers that go on to the server (X-Tenant) have more than 8192 characters',
    ]);
    expect(upstream.calls).toBe(0);
  });
});

describe('Who calls', () => {
  const told = {
    header: 'X-Caller',
    meta: 'tallygate/caller',
    claims: ['user_id', 'email', 'key_name'],
    secret: '${env:CALLER_SECRET}',
  };
  const jwt = new JwtService({ secret: SECRET });

  it('is told in a token for this server and this minute, which a library of JWTs verifies', async () => {
    await start({ caller: told });
    await rig.call('pool__act', {}, undefined, { userId: 'ada', keyName: 'laptop' });
    const token = String(last().headers['x-caller']);
    expect(last().meta).toMatchObject({ 'tallygate/caller': token });
    const claims = jwt.verify<Record<string, number>>(token, { algorithms: ['HS256'], issuer: 'tallygate', audience: 'pool-7' });
    expect(claims).toMatchObject({ sub: 'ada', email: 'ada@example.com', key_name: 'laptop' });
    expect(claims['exp']! - claims['iat']!).toBe(60);
    expect(Math.abs(claims['iat']! - Date.now() / 1_000)).toBeLessThan(30);
  });

  it('is no more than the template says, and no key where there is none', async () => {
    await start({
      caller: { meta: 'who', claims: ['key_name'], secret: '${env:CALLER_SECRET}', issuer: 'https://gw.example.com' },
    });
    await rig.call('pool__act', {}, undefined, { userId: 'ada' });
    expect(Object.keys(jwt.verify(String(last().meta['who']))).sort()).toEqual(['aud', 'exp', 'iat', 'iss']);
  });

  it('is told to nobody without the setting', async () => {
    await start({});
    await rig.call('pool__act', {}, undefined, { userId: 'ada', keyName: 'laptop' });
    expect(last().meta).toEqual({});
    expect(JSON.stringify(last().headers)).not.toContain('ada');
  });

  it('cannot be forged by a header that a caller sends, nor by a registration', async () => {
    await start({ caller: told });
    await rig.call('pool__act', {}, undefined, { userId: 'ada', headers: { 'x-caller': 'forged' } });
    expect(jwt.verify(String(last().headers['x-caller']))).toMatchObject({ sub: 'ada' });
    rig.set(server('pool-8', 'pool', { url: upstream.url, headers: { 'x-CALLER': 'forged' } }));
    expect((await rig.call('pool__act').catch((error: Error) => error)) as object).not.toMatchObject({ errorCode: undefined });
  });

  it.each([
    ['up to 2025-11-25', () => new LegacyUpstream()],
    ['of 2026-07-28', () => new ModernUpstream()],
  ])('reaches servers %s beside what else is in `_meta`', async (_, make) => {
    const talking = await make().start();
    rig = new UpstreamRig({ pool: { ...http, caller: told } }, undefined, { variables: { CALLER_SECRET: SECRET } });
    await rig.register(server('a', 'pool', { url: talking.url }));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await rig.call('pool__work', {}, undefined, {
      userId: 'ada',
      trace: { traceparent },
      client: { ...SILENT_CLIENT, wantsProgress: true },
    });
    expect(talking.metas.at(-1)).toMatchObject({
      traceparent,
      progressToken: expect.anything(),
      'tallygate/caller': expect.any(String),
    });
    expect(jwt.verify(String(talking.metas.at(-1)!['tallygate/caller']), { audience: 'a' })).toMatchObject({ sub: 'ada' });
    await talking.stop();
  });

  it('reaches programs in `_meta`', async () => {
    const program = join('test', 'support', 'upstreams', 'echo-meta-server.mjs');
    const own = { transport: 'stdio', command: process.execPath, args: [program], caller: { ...told, header: undefined } };
    rig = new UpstreamRig({ own }, undefined, { variables: { CALLER_SECRET: SECRET } });
    await rig.register(server('a', 'own'));
    const { text } = await rig.call('own__meta', {}, undefined, { userId: 'ada' });
    const meta = JSON.parse(text) as Record<string, string>;
    expect(jwt.verify(meta['tallygate/caller']!, { audience: 'a' })).toMatchObject({ sub: 'ada' });
  }, 20_000);
});
