/** Takes its thread down. */
exports.run = () => {
  process.exit(3);
};
