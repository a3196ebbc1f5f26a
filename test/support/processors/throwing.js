/** Has a bug. */
exports.run = () => {
  throw new TypeError(`undefined is not a function in ${__filename}`);
};
