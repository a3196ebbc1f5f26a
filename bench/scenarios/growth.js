const Sqlite = require('better-sqlite3');
const path = require('node:path');
const { probe, request, uploadRequest } = require('../load');
const { withServer } = require('../servers');
const { settled } = require('./settled');

const READS = 200;

/** What many jobs that are there already cost those who come. */
module.exports = {
  id: 'growth',
  title: 'Cost with many jobs',
  about:
    'Medians of single requests, one after the other, with so many completed jobs in the database (SQLite): the first page of the list, one job among all, and an upload of a few words with `Prefer: wait` until its result is there, which has the task claimed, run and recorded.',
  rounds: 1,
  async run() {
    const rows = {};
    const titles = {};
    for (const jobs of [1_000, 100_000, 1_000_000]) {
      titles[jobs] = `${jobs.toLocaleString('en')} jobs`;
      rows[jobs] = [await measure(jobs)];
    }
    return { titles, rows };
  },
};

async function measure(jobs) {
  const directory = await withServer('filemill', async (server) => {
    const text = uploadRequest(server, 'A few words.\n');
    await probe(server, { requests: [text], seconds: 0.1, pauseMs: 50 });
    await settled(server);
    return server.directory;
  });
  const ids = multiply(path.join(directory, 'filemill.sqlite'), jobs);
  return withServer('filemill', (server) => timings(server, ids), { directory });
}

async function timings(server, ids) {
  const upload = uploadRequest(server, 'A few words.\n').replace('\r\n', '\r\nPrefer: wait=10\r\n');
  const list = [request('GET', '/jobs?limit=50')];
  const one = ids.map((id) => request('GET', `/jobs/${id}`));
  const p50 = async (requests) => {
    await probe(server, { requests, seconds: 0.5, pauseMs: 1 });
    return (await probe(server, { requests, seconds: 2, pauseMs: 1 })).p50;
  };
  return {
    list_ms: await p50(list),
    get_ms: await p50(one),
    upload_to_result_ms: await p50([upload]),
    start_ms: server.startMs,
  };
}

/**
 * Copies a job and its file until there are `jobs`, whatever columns they have.
 *
 * @returns ids of some of them
 */
function multiply(file, jobs) {
  const db = new Sqlite(file);
  db.pragma('foreign_keys = off');
  const { job_id } = db.prepare("select job_id from jobs where status = 'completed' limit 1").get();
  const id = (kind) =>
    `printf('%08x-%04x-7000-8000-%012x', (n + 1700000000000) >> 16, (n + 1700000000000) & 65535, ${kind})`;
  const copy = (table, changes, where) => {
    const columns = db.pragma(`table_info(${table})`).map(({ name }) => name);
    const values = columns.map((column) => changes[column] ?? `t.${column}`);
    db.prepare(
      `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?)
       insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from numbers, ${table} t where ${where}`,
    ).run(jobs, job_id);
  };
  db.transaction(() => {
    copy(
      'files',
      { file_id: id(1), blob_key: `'copies/' || n` },
      't.file_id = (select file_id from jobs where job_id = ?)',
    );
    copy('jobs', { job_id: id(2), file_id: id(1) }, 't.job_id = ?');
  })();
  const some = db
    .prepare(`select job_id from jobs where job_id like '%2' order by random() limit ${READS}`)
    .all();
  db.close();
  return some.map((row) => row.job_id);
}
