/** Gives back a result of as many characters as its file says. */
exports.run = ({ path }) => {
  const size = Number(require('node:fs').readFileSync(path, 'utf8'));
  return { bulk: 'x'.repeat(size) };
};
