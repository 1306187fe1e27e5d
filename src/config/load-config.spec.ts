import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SETTING_OPTIONS } from './environment.js';
import { ConfigError, loadConfig, readConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'gateway.yaml');
const problems = (yaml: string, env: Record<string, string> = {}, options: Record<string, string> = {}) => {
  writeFileSync(file, yaml);
  try {
    readConfig({ GATEWAY_CONFIG: file, ...env }, options);
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map((problem) => problem.replace(file, 'gateway.yaml'));
  }
};
const SERVERS = { GATEWAY_DATABASE_URL: 'postgresql://db/x', GATEWAY_CLICKHOUSE_URL: 'http://ch:8123' };

describe('The problems of a configuration', () => {
  it('come in one list: those of the file, of variables and options, and those across settings', () => {
    const yaml = `porrt: 8000
log: { level: loud, colour: red }
port: 9000
tiers: { basic: 10, none: -1 }
billing: { enabled: true, credit_packs: [{ id: a, name: A, credits: 0 }], subscriptions: [{ tier: gold, price_id: p }] }
servers: { enabled_templates: [files] }
templates: { own: { transport: stdio, timeout_seconds: 0, args: ['\${env:NOT_SET}'] }, other: { transport: http, url: 'http://\${env:NOT_SET}' } }
`;
    const env = { GATEWAY_MCP_PORT: '9000', GATEWAY_SECRET_KEY: 'short', GATEWAY_REDIS_ULR: 'redis://r' };
    expect(problems(yaml, env, { GATEWAY_CREDITS: 'maybe' })).toEqual([
      'GATEWAY_SECRET_KEY: must have at least 32 characters; `openssl rand -hex 32` makes one',
      expect.stringMatching(/^gateway\.yaml: tiers\.none: /),
      '--credits: must be one of optional, required',
      expect.stringMatching(/^gateway\.yaml: billing\.credit_packs\.0\.credits: /),
      'gateway.yaml: billing.credit_packs.0: needs either price_id, or unit_amount and currency',
      expect.stringMatching(/^gateway\.yaml: templates\.own\.timeout_seconds: /),
      'gateway.yaml: templates.own.command: required with transport stdio',
      expect.stringMatching(/^gateway\.yaml: log\.level: /),
      'gateway.yaml: log: unknown setting colour',
      'gateway.yaml: unknown setting porrt (did you mean port?)',
      'GATEWAY_REDIS_ULR: unknown setting; did you mean GATEWAY_REDIS_URL?',
      'GATEWAY_MCP_PORT: must differ from the port of REST (both are 9000)',
      'gateway.yaml: credits.default_tier: "free" is not one of the tiers (basic)',
      'GATEWAY_STRIPE_SECRET_KEY: required while billing is enabled',
      'GATEWAY_STRIPE_WEBHOOK_SECRET: required while billing is enabled',
      'gateway.yaml: billing.success_url: required while billing is enabled',
      'gateway.yaml: billing.cancel_url: required while billing is enabled',
      'gateway.yaml: billing.subscriptions: "gold" is not one of the tiers',
      'gateway.yaml: servers.enabled_templates: "files" is not a shipped template (http, sse, file-server, everything, memory)',
      'gateway.yaml: templates: the environment variable NOT_SET is not set',
    ]);
  });

  it.each<[string, string, Record<string, string>, unknown[]]>([
    [
      'a cluster needs a server',
      '',
      { GATEWAY_CLICKHOUSE_CLUSTER: 'main' },
      [/^GATEWAY_CLICKHOUSE_URL: required with clickhouse\.cluster/],
    ],
    [
      'the name of a cluster gets into SQL',
      '',
      { ...SERVERS, GATEWAY_SECRET_KEY: 's'.repeat(32), GATEWAY_CLICKHOUSE_CLUSTER: "a'b" },
      ["GATEWAY_CLICKHOUSE_CLUSTER: must be a cluster's name"],
    ],
    ['a secret that is too short is not missing too', '', { ...SERVERS, GATEWAY_SECRET_KEY: 'x' }, [/^GATEWAY_SECRET_KEY: must/]],
    [
      'a wrong URL contradicts nothing',
      '',
      { GATEWAY_DATABASE_URL: 'sqlite:x', GATEWAY_CLICKHOUSE_URL: 'http://c' },
      [/^GATEWAY_DATABASE_URL/],
    ],
    ['a wrong tier', 'tiers: { free: -1 }', {}, [/tiers\.free/]],
    ['a template without its transport', 'templates: { own: { url: "http://a/${env:X}" } }', {}, [/templates\.own\.transport/]],
    [
      'a section that is none, and what a variable puts in it',
      'auth: 5',
      { GATEWAY_ADMIN_PASSWORD: 'x'.repeat(9) },
      [/^gateway\.yaml: auth: |^GATEWAY_ADMIN/],
    ],
    [
      'an older word beside the newer',
      'servers: { approval: manual, tool_approval: manual }',
      {},
      [/^gateway\.yaml: servers\.tool_approval: is an older word for servers\.approval: leave it out$/],
    ],
    [
      'approval by nobody in particular',
      'servers: { approval: someone }',
      {},
      [/servers\.approval: must be one of off, first_use, manual/],
    ],
    ['nothing of approval: either word alone, `off` being none of YAML', 'servers: { approval: off }', {}, []],
    ['nothing of the older word for approval', 'servers: { tool_approval: manual }', {}, []],
    ['a list that is none', 'limits: { trusted_proxies: loopback }', {}, [/limits\.trusted_proxies/]],
    [
      'a proxy that is none',
      'limits: { trusted_proxies: [loopback, nonsense] }',
      {},
      [/limits\.trusted_proxies\.1: must be an address/],
    ],
  ])('is one where there is one mistake: %s', (_, yaml, env, words) => {
    expect(problems(yaml, env)).toEqual(words.map((word) => expect.stringMatching(word as RegExp)));
  });

  it('are those of the environment too where the file cannot be read', () => {
    const broken = problems('port: [1\nhost: x: y', { GATEWAY_MCP_PORT: 'x', ...SERVERS });
    expect(broken.at(-1)).toMatch(/^GATEWAY_MCP_PORT: /);
    expect(broken.length).toBeGreaterThan(1);
    expect(broken.slice(0, -1).filter((problem) => !problem.startsWith('gateway.yaml: '))).toEqual([]);
    expect(problems('', { GATEWAY_CONFIG: '/nowhere', GATEWAY_MCP_PORT: 'x' })).toEqual([
      'GATEWAY_CONFIG: no such file: /nowhere',
      expect.stringMatching(/^GATEWAY_MCP_PORT/),
    ]);
  });

  it('name the variable that a value in a list came from', () => {
    expect(problems('', { GATEWAY_TEMPLATES: 'http,Files' })).toEqual([
      expect.stringMatching(/^GATEWAY_TEMPLATES: must be a short/),
    ]);
    expect(problems('', { GATEWAY_TEMPLATES: 'files' })).toEqual([
      'GATEWAY_TEMPLATES: "files" is not a shipped template (http, sse, file-server, everything, memory)',
    ]);
  });
});

describe('A problem says', () => {
  it.each<[string, Record<string, string>, string]>([
    ['port: abc', {}, 'gateway.yaml: port: must be a whole number from 0 to 65535'],
    ['port: 70000', {}, 'gateway.yaml: port: must be a whole number from 0 to 65535'],
    ['', { GATEWAY_PORT: '80.5' }, 'GATEWAY_PORT: must be a whole number from 0 to 65535'],
    ['', { GATEWAY_AUTH_ENABLED: 'perhaps' }, 'GATEWAY_AUTH_ENABLED: must be true or false'],
    ['', { GATEWAY_LOG_FORMAT: 'xml' }, 'GATEWAY_LOG_FORMAT: must be one of json, pretty'],
    ['', { GATEWAY_TRACES_SAMPLE_RATIO: 'half' }, 'GATEWAY_TRACES_SAMPLE_RATIO: must be a number from 0 to 1'],
    ['tools: { prices: { greet: -1 } }', {}, 'gateway.yaml: tools.prices.greet: must be a whole number from 0 to 1000000'],
    ['notices: { key_expiry_days: [0] }', {}, 'gateway.yaml: notices.key_expiry_days.0: must be a number above 0'],
    ['cors_origins: all', {}, 'gateway.yaml: cors_origins: must be a list'],
    ['log: loud', {}, 'gateway.yaml: log: must be a section of settings'],
    ['host: 5', {}, 'gateway.yaml: host: must be text'],
    ['', { GATEWAY_ADMIN_EMAIL: 'me' }, 'GATEWAY_ADMIN_EMAIL: must be an e-mail address'],
    ['portt: 1', {}, 'gateway.yaml: unknown setting portt (did you mean port?)'],
    [
      'limits: { per_hour: 1, user_per_hours: 2 }',
      {},
      'gateway.yaml: limits: unknown setting per_hour, user_per_hours (did you mean user_per_hour?)',
    ],
    ['stock: x', {}, 'gateway.yaml: unknown setting stock (did you mean stock_data?)'],
    ['colour: red', {}, 'gateway.yaml: unknown setting colour'],
  ])('in plain words what is right: %s %j', (yaml, env, words) => expect(problems(yaml, env)).toEqual([words]));

  it('what is missing as it could be given beside what is there', () => {
    const url = 'smtp://mail.example.com';
    expect(problems('', {}, { GATEWAY_SMTP_URL: url })).toEqual(['--smtp-from: is missing']);
    expect(problems('', { GATEWAY_SMTP_URL: url })).toEqual(['GATEWAY_SMTP_FROM: is missing']);
    expect(problems(`notices: { smtp: { url: '${url}' } }`)).toEqual(['gateway.yaml: notices.smtp.from: is missing']);
    expect(problems('', { GATEWAY_SMTP_URL: url, GATEWAY_SMTP_FROM: 'a@example.com', GATEWAY_SMTP_PASSWORD: 'x' })).toEqual([
      'GATEWAY_SMTP_USER: required with a password',
    ]);
  });

  it('the option that contradicts, not its variable', () => {
    expect(problems('', {}, { GATEWAY_PORT: '9', GATEWAY_MCP_PORT: '9' })).toEqual([
      '--mcp-port: must differ from the port of REST (both are 9)',
    ]);
  });

  it('the path of the file it is in', () => {
    writeFileSync(file, 'port: x');
    expect(() => readConfig({}, { GATEWAY_CONFIG: file })).toThrow(`${file}: port: must be`);
  });
});

describe('A variable that is no setting', () => {
  it.each([
    ['GATEWAY_PROT', 'GATEWAY_PORT'],
    ['GATEWAY_DATABSE_URL', 'GATEWAY_DATABASE_URL'],
    ['GATEWAY_AUTH_ENABELD', 'GATEWAY_AUTH_ENABLED'],
    ['GATEWAY_TEMPLATE', 'GATEWAY_TEMPLATES'],
    ['GATEWAY_CONFG', 'GATEWAY_CONFIG'],
  ])('%s is refused: %s is meant', (name, meant) => {
    expect(problems('', { [name]: 'x' })).toEqual([`${name}: unknown setting; did you mean ${meant}?`]);
  });

  it('is of no concern when it is empty, somebody else’s, or one that a template refers to', () => {
    const others = { GATEWAY_PROT: '', GATEWAY_INTERFACE: 'CGI/1.1', GATEWAY_URL: 'x', gateway_prot: 'x' };
    const kubernetes = {
      GATEWAY_SERVICE_HOST: '10.0.0.1',
      GATEWAY_SERVICE_PORT_MCP: '8001',
      GATEWAY_PORT_8000_TCP_ADDR: '10.0.0.1',
    };
    const yaml = "templates: { own: { transport: http, url: 'http://a', headers: { A: '${env:GATEWAY_PORTS}' } } }";
    expect(problems(yaml, { ...others, ...kubernetes, GATEWAY_PORTS: 'x' })).toEqual([]);
  });
});

describe('Database servers', () => {
  const { GATEWAY_DATABASE_URL, GATEWAY_CLICKHOUSE_URL } = SERVERS;

  it('need a secret that replicas share', () => {
    expect(problems('', SERVERS)).toEqual([expect.stringMatching(/^GATEWAY_SECRET_KEY: required/)]);
    expect(problems('', { ...SERVERS, GATEWAY_SECRET_KEY: 'x'.repeat(32) })).toEqual([]);
  });

  it('may go with an embedded engine; such a gateway is alone, and keeps its secret beside its data', () => {
    for (const url of [{ GATEWAY_DATABASE_URL }, { GATEWAY_CLICKHOUSE_URL }]) {
      const config = loadConfig({ ...url, GATEWAY_DATA_DIR: folder });
      expect([config.isAlone, config.values.auth.secret_key.length]).toEqual([true, 64]);
    }
    expect(loadConfig({ ...SERVERS, GATEWAY_SECRET_KEY: 'x'.repeat(32), GATEWAY_DATA_DIR: folder }).isAlone).toBe(false);
  });
});

describe('Options', () => {
  it('win over variables, which win over the file', () => {
    writeFileSync(file, 'port: 1\nmcp_port: 2\nlog: { level: warn }');
    const env = { GATEWAY_CONFIG: file, GATEWAY_PORT: '3', GATEWAY_MCP_PORT: '4' };
    expect(readConfig(env, { GATEWAY_PORT: '5' })).toMatchObject({ port: 5, mcp_port: 4, log: { level: 'warn' } });
  });

  it('are there for every variable but secrets', () => {
    const options = SETTING_OPTIONS.map(({ option }) => option);
    expect(options).toEqual(
      expect.arrayContaining(['--config', '--database-url', '--mcp-port', '--auth-enabled', '--templates']),
    );
    expect(options).toContain('--trust-external-tokens');
    expect(options.filter((option) => /password|secret|metrics-token/.test(option))).toEqual([]);
  });
});
