const { readFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

/**
 * Rewrites the ES modules among the dependencies to CommonJS, which is what Jest runs without flags.
 * CommonJS files pass through untouched.
 */
const packageTypes = new Map();

function packageType(directory) {
  if (!packageTypes.has(directory)) packageTypes.set(directory, readPackageType(directory));
  return packageTypes.get(directory);
}

function readPackageType(directory) {
  try {
    const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
    return manifest.type ?? 'commonjs';
  } catch {
    const parent = path.dirname(directory);
    return parent === directory ? 'commonjs' : packageType(parent);
  }
}

function isEsModule(filename) {
  if (filename.endsWith('.mjs')) return true;
  return !filename.endsWith('.cjs') && packageType(path.dirname(filename)) === 'module';
}

module.exports = {
  process(source, filename) {
    if (!isEsModule(filename) && !source.includes('import(')) return { code: source };
    return swc.transformSync(source, {
      filename,
      swcrc: false,
      sourceMaps: 'inline',
      jsc: { parser: { syntax: 'ecmascript' }, target: 'es2022' },
      module: { type: 'commonjs', ignoreDynamic: false },
    });
  },
};
