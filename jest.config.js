const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['<rootDir>/test/support/setup.ts'],
};

const withPreparedData = {
  globalSetup: '<rootDir>/test/support/once/prepared-data.mjs',
  globalTeardown: '<rootDir>/test/support/once/teardown.mjs',
};

/**
 * Three tiers: unit beside the code, integration on real engines, e2e through the listeners of a real process. What of the last takes
 * minutes is `long`, which `npm run test:long` runs.
 */
export default {
  maxWorkers: 2,
  // What a spec file has loaded as ES modules is never freed: after a hundred a worker has gigabytes, and its pauses fail what measures time.
  workerIdleMemoryLimit: '1GB',
  // Real engines on two busy cores: a test that hangs is ended, one that is slow is not.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,portal/src}/**/*.spec.ts', '<rootDir>/test/{faults,house}/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/once/postgres-servers.mjs',
      globalTeardown: '<rootDir>/test/support/once/teardown.mjs',
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'],
      ...withPreparedData,
    },
    { ...shared, displayName: 'long', testMatch: ['<rootDir>/test/long/*.spec.ts'], ...withPreparedData },
  ],
};
