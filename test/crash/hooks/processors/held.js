const { existsSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');

/** Goes on until there is a file where RELEASE_FILE says. */
exports.run = async () => {
  while (!existsSync(process.env.RELEASE_FILE)) await setTimeout(5);
  return { released: true };
};
