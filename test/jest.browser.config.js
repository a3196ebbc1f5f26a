/** Browser tests: the built page in Chromium, against the built service. */
module.exports = {
  ...require('./support/jest.base.js'),
  displayName: 'browser',
  testMatch: ['<rootDir>/test/browser/**/*.browser-spec.ts'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  maxWorkers: 2,
};
