/** Gives a result that cannot leave its thread. */
exports.run = () => ({ callback() {} });
