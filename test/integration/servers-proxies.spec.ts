import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ProxyRules } from '../../src/common/network/proxy-rules.js';
import { wordsOf } from '../../src/servers/pool/server-health.js';
import { eventually } from '../support/eventually.js';
import { TestAuthority } from '../support/upstreams/certificates.js';
import { SseUpstream } from '../support/upstreams/sse-upstream.js';
import { TestProxy } from '../support/upstreams/test-proxy.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const NAME = 'upstream.test';
const config = { type: 'object', properties: { url: { type: 'string' } } };
const headers = { Authorization: 'Bearer upstream-secret-1' };
const pool = { transport: 'http', url: '${config.url}', headers, config, timeout_seconds: 10, connect_timeout_seconds: 5 };
const old = { transport: 'sse', url: '${config.url}', config };

const authority = new TestAuthority();
const known = authority.sign(`DNS:${NAME},IP:127.0.0.1`);
const upstream = new TestUpstream();
const secure = new TestUpstream(undefined, known);
const programs: ChildProcess[] = [];
let proxy: TestProxy;
let rig: UpstreamRig;

beforeAll(() => Promise.all([upstream.start(), secure.start()]));
afterEach(() => rig.close());
afterAll(() => Promise.all([upstream.stop(), secure.stop()]));
afterAll(() => programs.forEach((program) => program.kill()));

function rigWith(settings: ConstructorParameters<typeof UpstreamRig>[2], template: object = {}): void {
  rig = new UpstreamRig({ pool: { ...pool, ...template }, old }, undefined, settings);
}

/** For operators. One that was tried again meanwhile says that first. */
const whyUnwell = async (url: string) => {
  rig.set(server('a', 'pool', { url }));
  return eventually(() => {
    const report = rig.health.of('a');
    expect(report.state).toBe('unhealthy');
    return wordsOf(report)!;
  }, 10_000);
};

describe('Behind a proxy', () => {
  beforeAll(async () => (proxy = await new TestProxy().start()));
  afterEach(() => {
    Object.assign(proxy, { credentials: undefined, status: undefined });
    proxy.asked.length = 0;
  });
  afterAll(() => proxy.stop());

  const through = (direct = '', url = proxy.url) => ({
    outbound: { proxies: new ProxyRules({ http: url, https: url, direct }) },
    servers: { ca_file: authority.caFile },
  });

  it('a server is reached by a name that only the proxy knows, over TLS through a tunnel', async () => {
    rigWith(through());
    await rig.register(server('a', 'pool', { url: secure.at(NAME) }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => rig.call('pool__look')));
    expect(answers.map(({ errorCode }) => errorCode)).toEqual(Array(8).fill(undefined));
    const { host } = new URL(secure.at(NAME));
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${host}`]));
  });

  it('a server that wants a certificate says so through the tunnel', async () => {
    rigWith(through());
    const port = await demandingServer('-tls1_3');
    expect(await whyUnwell(`https://${NAME}:${port}/mcp`)).toContain('a wants a certificate of the gateway.');
  });

  it('a server without TLS is asked for by its whole URL, streamable or not', async () => {
    rigWith(through());
    const stream = await new SseUpstream().start();
    await rig.register(
      server('a', 'pool', { url: upstream.at(NAME) }),
      server('b', 'old', { url: stream.url.replace('127.0.0.1', NAME) }),
    );
    expect((await rig.call('pool__look')).errorCode).toBeUndefined();
    expect((await rig.call('old__echo', { text: 'x' })).text).toBe('x');
    expect(proxy.asked.every((asked) => /^(GET|POST|DELETE) http:\/\/upstream\.test:\d+\//.test(asked))).toBe(true);
    await rig.close();
    await stream.stop();
  });

  it.each([
    ['over TLS', () => secure.at(NAME)],
    ['without', () => upstream.at(NAME)],
  ])('its user and password are shown to it, %s, and to no server', async (_, url) => {
    proxy.credentials = 'me:p@ss word';
    rigWith(through('', Object.assign(new URL(proxy.url), { username: 'me', password: 'p@ss word' })));
    await rig.register(server('a', 'pool', { url: url() }));
    await rig.call('pool__act');
    for (const { received } of [upstream, secure]) expect(JSON.stringify(received)).not.toContain('proxy-authorization');
    await rig.close();
    rigWith(through());
    expect(await whyUnwell(url())).toContain(
      'a cannot be reached: the proxy answered HTTP 407. HTTPS_PROXY and HTTP_PROXY hold its user and password.',
    );
  });

  it('a server says why it is not reached when the proxy refuses', async () => {
    proxy.status = 403;
    rigWith(through());
    expect(await whyUnwell(secure.at(NAME))).toContain('a cannot be reached: the proxy answered HTTP 403.');
  });

  it('this machine, and what NO_PROXY names, are reached directly and by the rules of the network', async () => {
    rigWith(through());
    await rig.register(server('a', 'pool', { url: upstream.url }));
    await rig.close();
    rigWith(through('.test'));
    expect(await whyUnwell(upstream.at(NAME))).toContain('a has a host name that does not exist.');
    expect(proxy.asked).toEqual([]);
  });

  it.each(['http://10.1.2.3/mcp', 'https://169.254.169.254/mcp', 'https://[fd00::1]/mcp'])(
    'an address that is not allowed is not asked for: %s',
    async (url) => {
      rigWith(through());
      expect(await whyUnwell(url)).toContain('a has an address that is not allowed.');
      expect(proxy.asked).toEqual([]);
    },
  );
});

/**
 * A server of OpenSSL that wants a certificate of the test's authority: unlike Node's, it says why it refuses; under TLS 1.2 before a
 * request is on its way, under TLS 1.3 behind that. Returns its port.
 */
async function demandingServer(version: string): Promise<number> {
  const own = ['-cert', known.certFile, '-key', known.keyFile, '-CAfile', authority.caFile];
  const child = spawn('openssl', [
    's_server',
    '-accept',
    '127.0.0.1:0',
    '-www',
    '-Verify',
    '1',
    '-verify_return_error',
    version,
    ...own,
  ]);
  programs.push(child);
  for await (const line of createInterface(child.stdout)) if (line.startsWith('ACCEPT')) return Number(line.split(':').at(-1));
  throw new Error('openssl s_server ended');
}

describe('Over TLS', () => {
  const client = authority.sign('DNS:gateway');
  const stranger = new TestAuthority();

  it.each([
    ['of the gateway', { servers: { ca_file: authority.caFile } }, {}],
    ['of the template', {}, { tls: { ca_file: authority.caFile } }],
    ['beside another', { servers: { ca_file: stranger.caFile } }, { tls: { ca_file: authority.caFile } }],
    [
      'beside that of Node',
      { outbound: { proxies: new ProxyRules(), extraCaFile: authority.caFile }, servers: { ca_file: stranger.caFile } },
      {},
    ],
  ])('a server is believed by the authority %s', async (_, settings, template) => {
    rigWith(settings, template);
    await rig.register(server('a', 'pool', { url: secure.url }));
    expect((await rig.call('pool__look')).errorCode).toBeUndefined();
  });

  it('a server that wants a certificate of the gateway gets it', async () => {
    const demanding = await new TestUpstream(undefined, {
      ...known,
      ca: readFileSync(authority.caFile),
      requestCert: true,
    }).start();
    rigWith({}, { tls: { ca_file: authority.caFile, cert_file: client.certFile, key_file: client.keyFile } });
    await rig.register(server('a', 'pool', { url: demanding.url }));
    expect((await rig.call('pool__look')).errorCode).toBeUndefined();
    await demanding.stop();
  });

  const [none, strange] = [undefined, stranger.sign('DNS:gateway')];
  it.each([
    ['wants a certificate', '-tls1_2', none, 'a wants a certificate of the gateway.'],
    ['wants a certificate', '-tls1_3', none, 'a wants a certificate of the gateway.'],
    ['does not believe the one it gets', '-tls1_2', strange, "a refused the gateway's certificate."],
    ['does not believe the one it gets', '-tls1_3', strange, "a refused the gateway's certificate."],
  ])('a server that %s is unwell, and says so (%s)', async (_, version, own, words) => {
    const port = await demandingServer(version);
    rigWith({}, { tls: { ca_file: authority.caFile, ...(own && { cert_file: own.certFile, key_file: own.keyFile }) } });
    expect(await whyUnwell(`https://127.0.0.1:${port}/mcp`)).toMatch(new RegExp(`${words}.*tls\\.cert_file`));
  });

  it.each([
    ['of an authority that is not known', () => known, {}, 'a has a certificate .*authority.*', 'servers.ca_file'],
    [
      'that has expired',
      () => authority.sign('IP:127.0.0.1', -1),
      { tls: { ca_file: authority.caFile } },
      'a has a certificate that has expired',
      'renewed',
    ],
    [
      'for another host',
      () => authority.sign('DNS:other.test'),
      { tls: { ca_file: authority.caFile } },
      'a has a certificate for another host name',
      'name',
    ],
  ])('a server with a certificate %s is unwell, and says what can be done', async (_, certificate, template, reason, advice) => {
    const other = await new TestUpstream(undefined, certificate()).start();
    rigWith({}, template);
    expect(await whyUnwell(other.url)).toMatch(new RegExp(`${reason}\\..*${advice}`));
    await other.stop();
  });

  it('a server that does not speak it says so', async () => {
    rigWith({});
    expect(await whyUnwell(upstream.url.replace('http:', 'https:'))).toContain('a does not speak TLS there.');
  });

  it('a file that has gone since the start is told', async () => {
    rigWith({}, { tls: { ca_file: '/nowhere/ca.pem' } });
    expect(await whyUnwell(secure.url)).toContain(
      'a cannot be connected to with the files of its TLS settings. /nowhere/ca.pem cannot be read: there is no such file.',
    );
  });
});
