/** End-to-end tests: over HTTP, on the built application (`@app/*` is `dist/*`), which is loaded once for many of them. */
const path = require('node:path');

const base = require('./support/jest.base.js');

module.exports = {
  ...base,
  displayName: 'e2e',
  testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/crash/'],
  moduleNameMapper: { '^@app/(.*)$': '<rootDir>/dist/$1' },
  testEnvironment: path.join(__dirname, 'support', 'native-modules.environment.js'),
  testEnvironmentOptions: { ...base.testEnvironmentOptions, globalsCleanup: 'off' }, // globals are those of all files
  transform: {
    '/(dist|node_modules)/.*\\.[cm]?js$': path.join(__dirname, 'support', 'native-modules.transformer.js'),
    ...base.transform,
  },
  transformIgnorePatterns: ['/node_modules/@?jest'],
  maxWorkers: 2, // they wait more than they work, also where there are two cores only
};
