const { setTimeout: sleep } = require('node:timers/promises');

const PATIENCE_MS = 120_000;

/** Resolves once everything that was handed in is processed; at once where nothing is. */
async function settled({ name, url, isBusy = () => Promise.resolve(false) }) {
  for (const deadline = performance.now() + PATIENCE_MS; await isBusy(url); await sleep(20)) {
    if (performance.now() > deadline) throw new Error(`${name} is still busy.`);
  }
}

module.exports = { settled };
