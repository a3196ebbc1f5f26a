const base = require('./jest.e2e.config.js');

/** Specs for which other servers are nothing else, and why. */
const LEFT_OUT = {
  checkpoints: 'about the log of SQLite',
  'hostile/storage': 'faults of the local disk, its modes, and a file of SQLite that is none',
  'hostile/rate-limits':
    'the clock of the test moves its windows; Redis counts by its own, which its driver’s contract moves',
  'hostile/content': 'what processors make of a file of this machine, wherever it was copied from',
  cancel:
    'the same, with files of up to 800 MB, which the S3 server of the tests would have to hold in memory',
  'processor-contract': 'runs processors alone, without the service',
  progress: 'runs processors alone, without the service',
  deployment: 'reads files of deploy/, without the service',
  package: 'reads the package, without the service',
};

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
    ...Object.keys(LEFT_OUT).map((spec) => `/test/${spec}.e2e-spec.ts$`),
  ],
};
