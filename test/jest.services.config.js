const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const base = require('./support/jest.base.js');

process.env.TEST_DATABASE_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';

/** The unit tests that run on whatever database the environment names. */
const onDatabases = readdirSync(path.join(base.rootDir, 'src'), { recursive: true })
  .filter((file) => file.endsWith('.spec.ts'))
  .map((file) => path.join(base.rootDir, 'src', file))
  .filter((file) => readFileSync(file, 'utf8').includes('/databases.harness'));

/**
 * Service tests: the drivers that need a server beside them, on the servers of this machine, and on them what runs on
 * the embedded drivers in the other suites; those of `test/` run the built application. Without the servers they fail.
 */
module.exports = {
  ...base,
  displayName: 'services',
  testMatch: ['<rootDir>/src/**/*.services.spec.ts', '<rootDir>/test/*.services-spec.ts', ...onDatabases],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  maxWorkers: 1, // while one makes or drops its schema, another that looks through all of them would stumble over it
};
