/** End-to-end tests: over HTTP, on the built application (`@app/*` is `dist/*`). */
module.exports = {
  ...require('./support/jest.base.js'),
  displayName: 'e2e',
  testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/crash/'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  testTimeout: 20_000,
};
