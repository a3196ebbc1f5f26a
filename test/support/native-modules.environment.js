const { TestEnvironment } = require('jest-environment-node');

const ERRORS =
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError'.split(' ');
/**
 * What the application compares by identity: errors and dates by `instanceof`, the types of parameters that decorators
 * recorded, and where they recorded it.
 */
const SHARED = [...ERRORS, 'Boolean', 'Date', 'Number', 'Reflect', 'String'];

/**
 * Lends tests the `require()` of Node.js for what `native-modules.transformer.js` has loaded with it: once in each of
 * Jest's workers, not once for each file of tests.
 */
module.exports = class NativeModulesEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of SHARED) this.global[name] = globalThis[name];
    this.global.nativeRequire = require;
  }
};
