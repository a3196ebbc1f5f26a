/**
 * A process of its own that asks one URL again and again on open connections, at fixed times whether or
 * not the last answer has come, so that a stall counts for every request that fell into it. Each message
 * from its parent ends a measurement: it answers with the milliseconds of every request since the last.
 */
const { Agent, get } = require('node:http');

const EVERY_MS = 4;
const agent = new Agent({ keepAlive: true });
const url = process.argv[2];
let latencies = [];

function ask() {
  const sentAt = performance.now();
  get(url, { agent }, (response) => {
    if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
    response.resume().once('end', () => latencies.push(performance.now() - sentAt));
  });
}

setInterval(ask, EVERY_MS);
process.on('message', () => {
  process.send(latencies);
  latencies = [];
});
process.on('disconnect', () => process.exit());
