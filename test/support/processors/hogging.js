/** Wants ever more memory. */
exports.run = () => {
  const kept = [];
  for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => `${kept.length}:${index}`));
};
