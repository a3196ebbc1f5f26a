/** Gives a result, and throws when nobody listens any more. */
exports.run = () => {
  setTimeout(() => {
    throw new Error('A stray fault of a processor.');
  }, 20);
  return { stray: true };
};
