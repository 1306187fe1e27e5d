import { afterAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestAuthority } from '../../../test/support/upstreams/certificates.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { ConfigError, loadConfig, readConfig } from '../load-config.js';

const folder = temporaryFolder('outbound');
const file = join(folder, 'gateway.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function problems(yaml: string, env: Record<string, string> = {}): string[] {
  writeFileSync(file, yaml);
  try {
    readConfig({ GATEWAY_CONFIG: file, ...env });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map((problem) => problem.replaceAll(`${file}: `, ''));
  }
}

describe('The environment names proxies', () => {
  const proxyIn = (env: Record<string, string>, url = 'https://a.example/') => {
    writeFileSync(file, '');
    const { outbound } = loadConfig({ GATEWAY_CONFIG: file, GATEWAY_DATA_DIR: folder, ...env });
    return outbound.proxies.proxyFor(url)?.href;
  };

  it('in either case, lower case first, with a scheme or without', () => {
    expect(proxyIn({ HTTPS_PROXY: 'http://up:1' })).toBe('http://up:1/');
    expect(proxyIn({ HTTPS_PROXY: 'http://up:1', https_proxy: 'http://low:1' })).toBe('http://low:1/');
    expect(proxyIn({ https_proxy: 'bare:3128' })).toBe('http://bare:3128/');
    expect(proxyIn({ HTTP_PROXY: 'https://me:secret@up:1' }, 'http://a.example/')).toBe('https://me:secret@up:1/');
    expect(proxyIn({ HTTPS_PROXY: 'http://up:1', NO_PROXY: 'b.example,a.example' })).toBeUndefined();
    expect(proxyIn({ HTTPS_PROXY: '', https_proxy: '' })).toBeUndefined();
  });

  it.each(['socks5://proxy:1080', 'http://', 'not a proxy', 'ftp://proxy'])('that are HTTP proxies, unlike %s', (value) => {
    expect(problems('', { https_proxy: value })).toEqual([
      expect.stringMatching(/^https_proxy: must be the http:\/\/ or https:\/\/ URL/),
    ]);
    expect(problems('', { HTTP_PROXY: value })).toEqual([expect.stringMatching(/^HTTP_PROXY: must be/)]);
  });
});

describe('The files of TLS', () => {
  const authority = new TestAuthority();
  const [one, other] = [authority.sign('DNS:a'), authority.sign('DNS:b')];
  const template = (tls: object) =>
    `templates: { t: { transport: http, url: 'https://a.example/', tls: ${JSON.stringify(tls)} } }`;
  const bad = join(folder, 'bad.pem');
  writeFileSync(bad, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

  it('are right where they can be read and belong together', () => {
    expect(problems(`servers: { ca_file: '${authority.caFile}' }`)).toEqual([]);
    expect(problems(template({ ca_file: authority.caFile, cert_file: one.certFile, key_file: one.keyFile }))).toEqual([]);
  });

  it.each([
    ['is not there', '/nowhere.pem', '/nowhere.pem cannot be read: there is no such file'],
    ['is no certificate', one.keyFile, `${one.keyFile} holds no certificate in PEM`],
    ['holds one that is broken', bad, `${bad} holds a certificate that cannot be read: `],
  ])('stop the start when one %s', (_, ca, words) => {
    expect(problems(`servers: { ca_file: '${ca}' }`)[0]).toContain(`servers.ca_file: ${words}`);
    expect(problems(template({ ca_file: ca }))[0]).toContain(`templates.t.tls: ${words}`);
  });

  it('stop the start when the key is that of another certificate', () => {
    const words = `templates.t.tls: ${other.keyFile} does not hold the key of the certificate in ${one.certFile}`;
    expect(problems(template({ cert_file: one.certFile, key_file: other.keyFile }))[0]).toContain(words);
  });
});

it('The secret that servers are told callers with is long enough', () => {
  const yaml = `templates: { t: { transport: http, url: 'https://a.example/', caller: { header: X-C, secret: '\${env:C}' } } }`;
  expect(problems(yaml)[0]).toContain('the environment variable C is not set');
  expect(problems(yaml, { C: 'short' })[0]).toContain(
    'templates.t.caller.secret: the environment variable C must have at least 32 characters',
  );
  expect(problems(yaml, { C: 'x'.repeat(32) })).toEqual([]);
});
