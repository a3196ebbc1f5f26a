/**
 * Measures Filemill and its peers in one run, in alternating rounds, and writes `results.json` and `results.md`.
 *
 *     npm run bench                       everything, in about ten minutes
 *     npm run bench -- --only small-uploads,job-reads     some scenarios, printed and not written
 *     npm run bench -- --quick            a few, in about a minute, printed; fails when a ratio is below its floor
 */
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { machine, versions } = require('./machine');
const { isBelowFloor, judge } = require('./ratios');
const { markdown, writeReports } = require('./report');
const { available, SERVERS, withServer } = require('./servers');
const { medians } = require('./statistics');

const SCENARIOS = [
  require('./scenarios/start'),
  require('./scenarios/small-uploads'),
  require('./scenarios/big-upload'),
  require('./scenarios/resumable-upload'),
  require('./scenarios/job-reads'),
  require('./scenarios/text-counting'),
  require('./scenarios/latency'),
  require('./scenarios/growth'),
];
const QUICK = ['small-uploads', 'big-upload', 'job-reads', 'text-counting'];
const QUICK_ROUNDS = 2;

async function main() {
  const { quick = false, only } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' } },
  }).values;
  const wanted = only?.split(',') ?? (quick ? QUICK : SCENARIOS.map(({ id }) => id));
  const results = { date: new Date().toISOString(), machine: machine(), versions: versions(), scenarios: {} };
  for (const scenario of SCENARIOS.filter(({ id }) => wanted.includes(id))) {
    console.error(`${scenario.title} (${Math.round(process.uptime())} s)`);
    results.scenarios[scenario.id] = await measure(scenario, quick);
  }
  results.ratios = judge(results.scenarios);
  if (quick || only) console.log(markdown(results));
  else await save(results);
  if (quick) checkFloors(results.ratios);
  console.error(`Done in ${Math.round(process.uptime())} s.`);
}

async function measure(scenario, quick) {
  const options = { quick, rounds: quick ? QUICK_ROUNDS : scenario.rounds };
  const { titles, rows } = scenario.run ? await scenario.run(options) : await alternate(scenario, options);
  const { title, about } = scenario;
  const measured = Object.entries(rows).map(([name, rounds]) => [name, medians(rounds)]);
  return { title, about, rounds: options.rounds, titles, rows: Object.fromEntries(measured), all: rows };
}

/** One round of each server after the other, so that what disturbs the machine disturbs them all. */
async function alternate(scenario, { quick, rounds }) {
  const names = available(quick ? scenario.quickServers : scenario.servers);
  const rows = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      rows[name].push(await withServer(name, (server) => scenario.measure(server, { quick })));
    }
  }
  return { titles: Object.fromEntries(names.map((name) => [name, SERVERS[name].title])), rows };
}

async function save(results) {
  writeFileSync(path.join(__dirname, 'results.json'), `${JSON.stringify(results, rounded, 2)}\n`);
  await writeReports();
}

/** More digits than were measured would only be noise in a diff. */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

function checkFloors(ratios) {
  const below = ratios.filter(isBelowFloor);
  for (const { what, value, floor } of below)
    console.error(`${what}: ${value.toFixed(2)} is below ${floor}.`);
  if (below.length > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
