const { setTimeout: sleep } = require('node:timers/promises');

const SETTLED_MS = 2000;

/** From the start of the process to its first answer, with nothing stored; and what it takes while nobody asks. */
module.exports = {
  id: 'start',
  title: 'Start and rest',
  about:
    'Milliseconds from the start of the process to its first answer; resident memory two seconds later, with no request since.',
  servers: ['filemill', 'fastapi', 'express', 'nest'],
  quickServers: ['filemill', 'nest'],
  rounds: 5,
  async measure(server) {
    await sleep(SETTLED_MS);
    return { start_ms: server.startMs, idle_rss_mib: server.usage().rssMiB };
  },
};
