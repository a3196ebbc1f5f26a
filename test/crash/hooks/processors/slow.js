const { setTimeout } = require('node:timers/promises');

/** Takes half a second. */
exports.run = async () => {
  await setTimeout(500);
  return { slow: true };
};
