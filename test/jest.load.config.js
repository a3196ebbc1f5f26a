/** Load tests: figures of the built service under load, one after the other so that they do not disturb each other. */
const base = require('./support/jest.base.js');

module.exports = {
  ...base,
  displayName: 'load',
  testMatch: ['<rootDir>/test/load/**/*.load-spec.ts'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  testTimeout: 80_000,
  maxWorkers: 1,
};
