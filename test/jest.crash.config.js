/** Crash tests: the built service as a process that is killed, stopped and started again. */
const base = require('./support/jest.base.js');

module.exports = {
  ...base,
  displayName: 'crash',
  testMatch: ['<rootDir>/test/crash/**/*.crash-spec.ts'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  maxWorkers: 3, // they mostly wait for processes to come and go
};
