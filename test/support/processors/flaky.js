const { closeSync, openSync, readFileSync } = require('node:fs');

/** Fails until the file exists whose path is the content, and makes it. */
exports.run = ({ path }) => {
  const marker = readFileSync(path, 'utf8');
  try {
    closeSync(openSync(marker, 'wx'));
  } catch {
    return { passed: true };
  }
  throw new Error('not yet');
};
