/** Gives a result that is no JSON. */
exports.run = () => ({ count: 1n });
