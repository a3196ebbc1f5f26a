const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** What every Jest project of this repository shares: TypeScript through swc, ES-module dependencies as CommonJS. */
module.exports = {
  rootDir: root,
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'ts', 'json'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          keepClassNames: true,
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
    '\\.[cm]?js$': path.join(__dirname, 'esm-to-cjs.transformer.js'),
  },
  transformIgnorePatterns: [],
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'module-sync'] },
  modulePathIgnorePatterns: ['<rootDir>/data'],
  workerIdleMemoryLimit: '1GB',
  testTimeout: 120_000, // ends what hangs, also on a slow machine; a test that promises a time measures it
};
