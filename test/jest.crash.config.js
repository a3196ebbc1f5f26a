/** Crash tests: the built service as a process that is killed, stopped and started again. */
module.exports = {
  ...require('./support/jest.base.js'),
  displayName: 'crash',
  testMatch: ['<rootDir>/test/crash/**/*.crash-spec.ts'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  testTimeout: 120_000,
  maxWorkers: 2,
};
