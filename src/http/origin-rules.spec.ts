import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { OriginRules } from './origin-rules.js';

const open = { auth: { enabled: false } };
const refusalOf =
  (hasPages: boolean) =>
  (settings: object, headers: object, url = '/tools') =>
    new OriginRules(testConfig({ ...open, ...settings }), hasPages).refusal({ headers, url } as IncomingMessage);
const refusal = refusalOf(true);
const PORTAL = 'https://portal.example.com';
const OWN = 'localhost:8000';

describe('Without authentication', () => {
  it.each([OWN, 'LOCALHOST', '127.0.0.1:8000', '127.8.9.1', '[::1]:8000', '[0:0::1]'])('%s is a name of the gateway', (host) => {
    expect(refusal({}, { host })).toBeUndefined();
    expect(refusal({}, { host, origin: `http://${host.toLowerCase()}` })).toBeUndefined();
  });

  it.each(['localhost:3000', 'localhost', '127.0.0.1:8000'])(
    'a page of %s, which is not where it is asked, is refused',
    (authority) => {
      expect(refusal({}, { host: OWN, origin: `http://${authority}` })).toContain('GATEWAY_CORS_ORIGINS');
      expect(refusal({ cors_origins: [`http://${authority}`] }, { host: OWN, origin: `http://${authority}` })).toBeUndefined();
    },
  );

  it.each([
    ...[
      'attacker.example',
      'localhost.attacker.example',
      '127.0.0.1.nip.io',
      'localhost.',
      '192.168.1.5',
      '0.0.0.0:8000',
      '[::2]',
    ],
    ...[
      'localhost:8000@attacker.example',
      'attacker.example#localhost',
      'localhost/',
      '127.0.0.1, attacker.example',
      '',
      undefined,
    ],
  ])('%s is none, neither as host nor as the origin of a page', (host) => {
    expect(refusal({}, { host })).toContain('GATEWAY_HOST_NAMES');
    if (host !== undefined) expect(refusal({}, { host: OWN, origin: `https://${host}` })).toContain('GATEWAY_CORS_ORIGINS');
  });

  it.each(['null', '', 'file://', 'https://attacker.example:8000'])('a page of %p is refused', (origin) => {
    expect(refusal({}, { host: OWN, origin })).toContain('GATEWAY_CORS_ORIGINS');
    expect(refusal({ cors_origins: ['*'] }, { host: OWN, origin })).toContain('GATEWAY_CORS_ORIGINS');
  });

  it('a page that the operator names may call', () => {
    const settings = { cors_origins: ['https://portal.example.com'] };
    expect(refusal(settings, { host: OWN, origin: 'https://portal.example.com' })).toBeUndefined();
  });

  it('its host, and what the operator names, are names too', () => {
    const settings = { host: '192.168.1.5', listeners: { host_names: ['Gateway', 'fd00::1'] } };
    for (const host of ['192.168.1.5:8000', 'gateway:8000', '[fd00::1]']) expect(refusal(settings, { host })).toBeUndefined();
    expect(refusal(settings, { host: '192.168.1.6' })).toBeDefined();
  });

  it('a host in the target of the request counts as well', () => {
    expect(refusal({}, { host: OWN }, 'http://attacker.example/tools')).toBeDefined();
    expect(refusal({}, { host: OWN }, 'http://localhost:8000/tools')).toBeUndefined();
  });

  it('probes may come by any name, from no page', () => {
    for (const path of ['/livez', '/readyz']) {
      expect(refusal({}, { host: '10.1.2.3:8000' }, path)).toBeUndefined();
      expect(refusal({}, { host: OWN, origin: 'https://attacker.example' }, path)).toBeDefined();
    }
    for (const path of ['/health', '/docs', '/openapi.json', '/livez/../tools'])
      expect(refusal({}, { host: '10.1.2.3:8000' }, path)).toBeDefined();
  });
});

describe('With authentication', () => {
  const withKeys = { auth: {}, cors_origins: [PORTAL] };

  it('every name is as good as another, and so is every page on the port that has its own', () => {
    expect(refusal(withKeys, { host: 'attacker.example', origin: 'https://attacker.example' })).toBeUndefined();
  });
});

describe('On a port without pages of its own', () => {
  const refusal = refusalOf(false);

  it.each(['https://attacker.example', 'null', '', `http://${OWN}`])('a page of %p is refused unless it is listed', (origin) => {
    for (const settings of [{}, { auth: {} }]) {
      const refused = refusal({ ...settings, cors_origins: [PORTAL] }, { host: OWN, origin });
      expect(refused).toBe('Origin is not allowed; see GATEWAY_CORS_ORIGINS');
      expect(refusal({ ...settings, cors_origins: [PORTAL] }, { host: OWN, origin: PORTAL })).toBeUndefined();
      expect(refusal(settings, { host: OWN })).toBeUndefined();
    }
  });

  it('every page may be listed with authentication, and none without', () => {
    const all = { cors_origins: ['*'] };
    expect(refusal({ auth: {}, ...all }, { host: 'a.example', origin: 'https://a.example' })).toBeUndefined();
    expect(refusal(all, { host: OWN, origin: 'https://a.example' })).toContain('GATEWAY_CORS_ORIGINS');
  });
});
