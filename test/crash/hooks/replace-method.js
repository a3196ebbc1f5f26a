/**
 * Puts `replacement(original, ...args)` in the place of a method: `original` is bound to the same object.
 */
exports.replaceMethod = (target, name, replacement) => {
  const method = target[name];
  target[name] = function (...args) {
    return replacement.call(this, method.bind(this), ...args);
  };
};
