/** Chaos tests: several processes of the built service on servers of their own, all of which are killed and cut off. */
const base = require('./support/jest.base.js');

module.exports = {
  ...base,
  displayName: 'chaos',
  testMatch: ['<rootDir>/test/chaos/**/*.chaos-spec.ts'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  testTimeout: 300_000,
  maxWorkers: 1,
};
