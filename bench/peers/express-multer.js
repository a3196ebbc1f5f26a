/** The upload service of the Express tutorials: multer to the disk, jobs in a Map, counting after the answer. */
const { randomUUID } = require('node:crypto');
const { readFile } = require('node:fs/promises');
const express = require('express');
const multer = require('multer');

const [directory, port] = process.argv.slice(2);
const app = express();
const upload = multer({ dest: directory });
const jobs = new Map();

function accept(file) {
  const job = {
    job_id: randomUUID(),
    filename: file.originalname,
    size_bytes: file.size,
    status: 'pending',
  };
  jobs.set(job.job_id, job);
  return job;
}

async function count(job, path) {
  job.status = 'processing';
  const text = await readFile(path, 'utf8');
  job.result = {
    line_count: text.split('\n').length - 1,
    word_count: text.split(/\s+/).filter(Boolean).length,
    char_count: Array.from(text).length,
  };
  job.status = 'completed';
}

app.get('/', (_request, response) => response.json({ status: 'ok' }));
app.post('/upload', upload.single('file'), (request, response) => {
  const job = accept(request.file);
  response.json({ job_id: job.job_id, status: job.status });
  void count(job, request.file.path);
});
app.post('/save', upload.single('file'), (request, response) => {
  const job = accept(request.file);
  job.status = 'saved';
  response.json({ job_id: job.job_id });
});
app.get('/jobs/:id', (request, response) => {
  const job = jobs.get(request.params.id);
  if (job) response.json(job);
  else response.status(404).json({ error: 'Job not found' });
});
app.get('/pending', (_request, response) => {
  const open = [...jobs.values()].filter(({ status }) => status === 'pending' || status === 'processing');
  response.json({ pending: open.length });
});
app.listen(Number(port), '127.0.0.1');
