/**
 * How the time of a query grows with the number of jobs: `npm run bench:size [-- --jobs 1000000] [--postgres URL]`.
 *
 * Makes a SQLite database with a thousand jobs and one with many, copies both to PostgreSQL as `migrate:to-postgres` does
 * (into schemas of their own, which are dropped), asks the service's own repositories, and prints medians and ratios.
 */
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { Client } = require('pg');
const { NestFactory } = require('@nestjs/core');
const { APP_OPTIONS } = require('../dist/app.js');
const { AppModule, MIGRATIONS } = require('../dist/app.module.js');
const { FilesRepository } = require('../dist/files/files.repository.js');
const { JobCounts } = require('../dist/jobs/job-counts.js');
const { JobsRepository } = require('../dist/jobs/jobs.repository.js');
const { PROCESS_JOB } = require('../dist/jobs/jobs.tasks.js');
const { copyToPostgres } = require('../dist/platform/database/copy-to-postgres.js');
const { Database } = require('../dist/platform/database/database.js');
const { mergeMigrations } = require('../dist/platform/database/database.module.js');
const { TasksRepository } = require('../dist/platform/tasks/tasks.repository.js');
const { fill, FIRST_OWNER } = require('./size-rows.js');

const FEW = 1000;
const RUNS = 100;
/** Nothing is asked for longer: what takes seconds is seen in a few runs. */
const PATIENCE_MS = 5_000;

async function main() {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '1000000' },
      postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
    },
  });
  const sizes = [FEW, Number(values.jobs)];
  const directory = mkdtempSync(path.join(tmpdir(), 'filemill-size-'));
  try {
    const sqlite = [];
    const postgres = [];
    for (const size of sizes) {
      const dataDir = path.join(directory, String(size));
      const app = await open({ DATA_DIR: dataDir });
      await app.close();
      await timed(`${size} jobs made in SQLite`, () => fill(path.join(dataDir, 'filemill.sqlite'), size));
      sqlite.push(await measure({ DATA_DIR: dataDir }));
      postgres.push(
        await withSchema(values.postgres, async (url) => {
          const migrations = mergeMigrations(MIGRATIONS);
          await timed(`${size} jobs copied to PostgreSQL`, () =>
            copyToPostgres({ from: dataDir, to: url, migrations }),
          );
          await execute(url, 'analyze');
          return measure({ DATA_DIR: path.join(directory, 'files'), DATABASE_URL: url });
        }),
      );
    }
    print(sizes, { SQLite: sqlite, PostgreSQL: postgres });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The parts of the service, which is not started: tasks are there to be claimed by what is measured. */
function open(environment) {
  return NestFactory.create(AppModule.with({ LOG_LEVEL: 'error', ...environment }), APP_OPTIONS);
}

/** A schema of its own in a database, for as long as `work` takes. */
async function withSchema(server, work) {
  const schema = `filemill_size_${process.pid}`;
  await execute(server, `create schema ${schema}`);
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${schema}`);
  try {
    return await work(url.href);
  } finally {
    await execute(server, `drop schema ${schema} cascade`);
  }
}

async function execute(url, command) {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(command);
  await client.end();
}

async function timed(what, work) {
  const begun = performance.now();
  const value = await work();
  console.log(`${what} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return value;
}

/** Medians in milliseconds by what was asked. */
async function measure(environment) {
  const app = await open(environment);
  try {
    const medians = new Map();
    for (const [name, ask] of Object.entries(await questions(app))) medians.set(name, await median(ask));
    return medians;
  } finally {
    await app.close();
  }
}

async function median(ask) {
  const times = [];
  const end = performance.now() + PATIENCE_MS;
  await ask();
  while (times.length < RUNS && (times.length < 3 || performance.now() < end)) {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** What callers and workers ask most, of the owner with half of all jobs. */
async function questions(app) {
  const jobs = app.get(JobsRepository, { strict: false });
  const files = app.get(FilesRepository, { strict: false });
  const counts = app.get(JobCounts, { strict: false });
  const tasks = app.get(TasksRepository, { strict: false });
  const database = app.get(Database, { strict: false });
  const owner = FIRST_OWNER;
  const list = (filter) => () => jobs.list(owner, { limit: 50, ...filter });
  const { of } = await database.committed
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll().as('of'))
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow();
  const { job_id: middle } = await database.committed
    .selectFrom('jobs')
    .select('job_id')
    .where('owner', '=', owner)
    .orderBy('job_id')
    .offset(Math.floor(of / 2))
    .limit(1)
    .executeTakeFirstOrThrow();
  let claims = 0;
  return {
    'a job': () => jobs.find(owner, middle),
    'first page': list({}),
    'a page far back': list({ cursor: middle }),
    'failed ones': list({ status: 'failed' }),
    'of a processor': list({ processor: 'image' }),
    'of a common tag': list({ tag: 'common' }),
    'of a rare tag': list({ tag: 'rare' }),
    'of a rare category': list({ category: 'rare' }),
    'by a name that many have': list({ filename: 'report' }),
    'by a name that none has': list({ filename: 'nowhere to be found' }),
    'first page of files': () => files.list(owner, { limit: 50 }),
    'files of a rare tag': () => files.list(owner, { limit: 50, tag: 'rare' }),
    'stats, not cached': async () => Promise.all([counts.version(owner), counts.all(owner)]),
    'claim of four tasks': () => {
      const lease = `bench/${claims++}`;
      const claim = { kind: PROCESS_JOB, limit: 4, lease, until: Date.now() + 60_000 };
      return database.transaction(async (queries) => {
        const taken = await tasks.claim(queries, claim);
        for (const { id } of taken) await tasks.putBack(queries, putBack(id, lease));
      });
    },
  };
}

/** As at the end of a service: the task waits again. */
function putBack(id, lease) {
  return { id, lease, attempt: 0, due_at: 1, last_error: null };
}

function print([few, many], databases) {
  const columns = Object.keys(databases).flatMap((name) => [`${name}, ${few}`, `${many}`, 'ratio']);
  console.log(`\n| ms | ${columns.join(' | ')} |\n|---|${columns.map(() => '---:|').join('')}`);
  const [first] = Object.values(databases);
  for (const name of first[0].keys()) {
    const cells = Object.values(databases).flatMap(([a, b]) => {
      const [before, after] = [a.get(name), b.get(name)];
      return [before.toFixed(2), after.toFixed(2), (after / before).toFixed(1)];
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
