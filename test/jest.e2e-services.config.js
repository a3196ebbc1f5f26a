const base = require('./jest.e2e.config.js');

/**
 * The end-to-end tests once more, on PostgreSQL, BullMQ and S3 (`npm run test:e2e:services`), which the run starts and
 * stops: `initdb`, `postgres` and `redis-server` are to be in the PATH.
 */
module.exports = {
  ...base,
  displayName: 'e2e on services',
  globalSetup: '<rootDir>/test/support/services.setup.ts',
  globalTeardown: '<rootDir>/test/support/services.teardown.ts',
  testPathIgnorePatterns: [
    ...base.testPathIgnorePatterns,
    // Faults of the local disk and of a file of SQLite.
    '<rootDir>/test/hostile/storage.e2e-spec.ts',
    // The windows of limits by the clock of the test: Redis counts by its own, and its driver has a contract.
    '<rootDir>/test/hostile/rate-limits.e2e-spec.ts',
    // Image, compose file and manifests, as files: no service runs.
    '<rootDir>/test/deployment.e2e-spec.ts',
  ],
};
