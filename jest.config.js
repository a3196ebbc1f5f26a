/** Unit tests: beside the code, run on the sources; those of the page need the built SDK. */
module.exports = {
  ...require('./test/support/jest.base.js'),
  displayName: 'unit',
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/web/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['\\.services\\.spec\\.ts$'],
  coverageProvider: 'v8',
  maxWorkers: 2,
};
