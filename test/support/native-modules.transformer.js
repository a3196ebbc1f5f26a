const { createHash } = require('node:crypto');

/** A global setup has no environment: it runs before there are workers, and Node.js loads its modules anyway. */
const isForTests = () => process.env.JEST_WORKER_ID !== undefined;

/** Has Node.js itself load a module, for tests in a `native-modules.environment.js`. */
module.exports = {
  process: (source, filename) => ({
    code: isForTests() ? `module.exports = nativeRequire(${JSON.stringify(filename)});` : source,
  }),
  getCacheKey: (source, filename) =>
    createHash('sha256')
      .update(isForTests() ? filename : source)
      .digest('hex'),
};
