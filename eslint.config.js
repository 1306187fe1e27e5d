import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const ROOMS = [
  'auth',
  'api-keys',
  'limits',
  'credits',
  'accounts',
  'billing',
  'usage',
  'tools',
  'stock-data',
  'examples',
  'servers',
  'mcp-gateway',
  'gateway-api',
  'backup',
  'cli',
];

/** Who may import whom (docs/architecture.md). A room not named here as a source may be imported by all features. */
const MAY_IMPORT = {
  client: [],
  common: [],
  config: ['common'],
  limits: ['config', 'common'],
  database: ['config', 'common'],
  clickhouse: ['database', 'config', 'common'],
  backup: ['database', 'clickhouse', 'config', 'common'],
  auth: ['limits', 'database', 'config', 'common'],
  'api-keys': ['auth', 'limits', 'database', 'config', 'common'],
  credits: ['auth', 'database', 'config', 'common'],
  accounts: ['credits', 'api-keys', 'usage', 'auth', 'database', 'config', 'common'],
  billing: ['accounts', 'credits', 'auth', 'database', 'config', 'common'],
  usage: ['auth', 'database', 'clickhouse', 'config', 'common'],
  tools: ['auth', 'credits', 'usage', 'limits', 'database', 'config', 'common'],
  'stock-data': ['tools', 'auth', 'database', 'clickhouse', 'config', 'common'],
  examples: ['tools', 'config', 'common'],
  servers: ['tools', 'api-keys', 'auth', 'limits', 'database', 'config', 'common'],
  'mcp-gateway': ['tools', 'api-keys', 'auth', 'usage', 'limits', 'config', 'common'],
  'gateway-api': [
    'servers',
    'tools',
    'api-keys',
    'auth',
    'credits',
    'usage',
    'limits',
    'database',
    'clickhouse',
    'config',
    'common',
  ],
};

const zones = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...allowed].map((name) => `./${name}`),
  message: `${room} may import only: ${allowed.join(', ') || 'nothing'} (docs/architecture.md).`,
}));

/** Of another room: its services, guards, verifiers, modules and plain types; never these. */
const privateParts = ROOMS.map((room) => ({
  target: `./src/!(${room})/**/*`,
  from: [`./src/${room}/**/*.repository.ts`, `./src/${room}/**/*.controller.ts`],
  message: `${room} keeps its repositories and controllers to itself (docs/architecture.md).`,
}));

const only = (...patterns) => ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }];
const MCP = [['@modelcontextprotocol/*'], 'The MCP SDK stays in mcp-gateway, servers, client, cli and tests.'];
const ENGINE = [['@clickhouse/*', 'chdb', 'chdb/*'], 'ClickHouse is reached through src/clickhouse.'];

export default tseslint.config(
  { ignores: ['dist', 'data', 'coverage', 'node_modules'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    settings: {
      'import-x/resolver-next': [(await import('eslint-import-resolver-typescript')).createTypeScriptImportResolver()],
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
      'import-x/no-cycle': 'error',
      'max-lines': ['error', { max: 260, skipBlankLines: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...privateParts] }],
      'no-restricted-imports': only(MCP, ENGINE),
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config only.' },
      ],
    },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/clickhouse/**/*.ts'], rules: { 'no-restricted-imports': only(MCP) } },
  {
    files: ['src/mcp-gateway/**/*.ts', 'src/servers/**/*.ts', 'src/cli/**/*.ts'],
    rules: { 'no-restricted-imports': only(ENGINE) },
  },
  {
    files: ['src/client/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\./)', message: 'The client runs in browsers: it is made of its own files only.' }] },
      ],
    },
  },
  prettier,
);
