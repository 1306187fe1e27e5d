import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { MAY_IMPORT } from './eslint.rooms.js';

const zones = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...allowed].map((name) => `./${name}`),
  message: `${room} may import only: ${allowed.join(', ') || 'nothing'} (docs/architecture.md).`,
}));

/** Of another room: its services, guards, verifiers, modules and plain types; never these. */
const privateParts = Object.keys(MAY_IMPORT).map((room) => ({
  target: `./src/!(${room})/**/*`,
  from: ['repository', 'controller', 'entity'].map((kind) => `./src/${room}/**/*.${kind}.ts`),
  message: `${room} keeps its repositories, controllers and entities to itself (docs/architecture.md).`,
}));

const only = (...patterns) => ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }];
const MCP = [['@modelcontextprotocol/*'], 'The MCP SDK stays in mcp-gateway, servers, client, cli and tests.'];
const ENGINE = [['@clickhouse/*', 'chdb', 'chdb/*'], 'ClickHouse is reached through src/clickhouse.'];
const PG = [['pg'], 'PostgreSQL is reached through src/database/postgres.ts.'];

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
      'no-restricted-imports': only(MCP, ENGINE, PG),
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Logger']", message: 'loggerFor, with a context of src/common/log-contexts.ts.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config only.' },
      ],
    },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/common/log-contexts.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/clickhouse/**/*.ts'], rules: { 'no-restricted-imports': only(MCP, PG) } },
  { files: ['src/database/**/*.ts', 'src/backup/**/*.ts'], rules: { 'no-restricted-imports': only(MCP, ENGINE) } },
  { files: ['src/cli/**/*.ts'], rules: { 'no-restricted-imports': only(ENGINE) } },
  {
    files: ['src/mcp-gateway/**/*.ts', 'src/servers/**/*.ts'],
    rules: { 'no-restricted-imports': only(ENGINE, PG) },
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
  {
    files: ['portal/src/**/*.{ts,svelte}'],
    extends: [tseslint.configs.recommended],
    rules: {
      'max-lines': ['error', { max: 260, skipBlankLines: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['portal/src/**/*.svelte', 'portal/src/**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // Addresses are made by `addressOf`; the portal has no SvelteKit.
      'svelte/no-navigation-without-resolve': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
    },
  },
  prettier,
);
