/** Unit tests: beside the code, run on the sources. */
module.exports = {
  ...require('./test/support/jest.base.js'),
  displayName: 'unit',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  coverageProvider: 'v8',
};
