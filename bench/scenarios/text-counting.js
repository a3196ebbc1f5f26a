const { execFileSync } = require('node:child_process');
const { openAsBlob, writeFileSync } = require('node:fs');
const path = require('node:path');
const { ENVIRONMENT, hasProgram, scratch, withServer } = require('../servers');

const MB = 1e6;
const TEXTS = {
  ascii: '2026-11-22T09:30:00.000Z INFO  request completed method=GET path=/jobs/42 status=200 duration=3\n',
  mixed:
    'Zażółć gęślą jaźń; привет, мир… 日本語のテキスト　です 😀 and plain English words as well, “quoted” – naïve café.\n',
};

/** The same files, by the same definitions, with all that a job costs on our side. */
module.exports = {
  id: 'text-counting',
  title: 'Counting lines, words and code points',
  about:
    'MB/s on files that are in the page cache. Filemill: from `POST /jobs` to the answer with the result (`Prefer: wait`), so with HTTP, task, worker thread and rows; it validates the UTF-8, too. `wc` and Python: the whole process.',
  rounds: 3,
  async run({ quick, rounds }) {
    const files = Object.entries(TEXTS).map(([name, line]) => write(name, line, (quick ? 64 : 256) * MB));
    const rows = { filemill: [], wc: [], ...(!quick && hasProgram('python3') && { python: [] }) };
    await withServer('filemill', async ({ url }) => {
      const ids = [];
      for (const file of files) ids.push(await upload(url, file));
      for (let round = 0; round <= rounds; round++) {
        for (const [name, row] of Object.entries(rows)) {
          const metrics = {};
          for (const [index, file] of files.entries()) {
            const seconds = name === 'filemill' ? await process(url, ids[index]) : command(name, file.path);
            metrics[`${file.name}_mb_per_s`] = file.bytes / MB / seconds;
          }
          if (round > 0) row.push(metrics); // the first is for caches to fill
        }
      }
    });
    return { titles: { filemill: 'Filemill, through a job', wc: '`wc -lwm`', python: 'Python' }, rows };
  },
};

function write(name, line, bytes) {
  const text = Buffer.from(line.repeat(Math.ceil(bytes / Buffer.byteLength(line))));
  const file = { name, path: path.join(scratch(), `${name}.txt`), bytes: text.length };
  writeFileSync(file.path, text);
  return file;
}

async function upload(url, { path: file }) {
  const form = new FormData();
  form.set('file', await openAsBlob(file), path.basename(file));
  const response = await fetch(`${url}/upload`, {
    method: 'POST',
    body: form,
    headers: { connection: 'close' },
  });
  return (await response.json()).file_id;
}

/** Connections are not kept: the server may have closed them while a command held up this process. */
const ASKING = { prefer: 'wait=60', connection: 'close' };

async function process(url, fileId) {
  const startedAt = performance.now();
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { ...ASKING, 'content-type': 'application/json' },
    body: JSON.stringify({ file_id: fileId, processor: 'text' }),
  });
  const { job_id, status } = await response.json();
  if (status === 'completed') return (performance.now() - startedAt) / 1000;
  const job = await fetch(`${url}/jobs/${job_id}`, { headers: ASKING });
  const settled = await job.json();
  if (settled.status !== 'completed') throw new Error(`The job is ${settled.status}.`);
  return (performance.now() - startedAt) / 1000;
}

function command(name, file) {
  const [program, ...args] =
    name === 'wc'
      ? ['wc', '-lwm', file]
      : ['/usr/bin/python3', path.join(__dirname, '..', 'peers', 'count.py'), file];
  const startedAt = performance.now();
  execFileSync(program, args, { env: ENVIRONMENT });
  return (performance.now() - startedAt) / 1000;
}
