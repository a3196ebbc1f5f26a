/**
 * Shows a file going from upload to result: `npm run demo [-- FILE]`. Uses the service at FILEMILL_URL, or starts one
 * of its own on a free port with a temporary data directory. FILEMILL_API_KEY says who asks, where that matters.
 */
const { spawn } = require('node:child_process');
const { mkdtempSync, openAsBlob, rmSync } = require('node:fs');
const events = require('node:events');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { Filemill } = require('@filemill/sdk');

const root = path.join(__dirname, '..');

async function startService() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'filemill-demo-'));
  // oxlint-disable-next-line no-process-env -- handed on, not read
  const env = { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [path.join(root, 'dist', 'main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await events.once(child, 'exit');
    rmSync(dataDir, { recursive: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http:\S+?),/.exec(line)?.[1];
    if (url) return { url, stop };
  }
  throw new Error('The service did not start.');
}

async function show(url, source, apiKey) {
  const filemill = new Filemill({ baseUrl: url, ...(apiKey && { apiKey }) });
  const file = new File([await openAsBlob(source)], path.basename(source));
  console.log(`\nUploading ${file.name}, ${file.size} bytes, to ${url}/upload`);
  const upload = await filemill.upload({ body: { file, tags: 'demo' } });
  console.log(`  stored as ${upload.file_id}, SHA-256 ${upload.sha256}`);
  console.log(`  job ${upload.job_id} is ${upload.status}`);
  const job = await filemill.waitForJob(upload.job_id);
  console.log(`  job ${job.job_id} is ${job.status} after ${job.processing_time} s`);
  console.log('\nResult:', job.result ?? job.error);
  if (job.status !== 'completed') process.exitCode = 1;
}

async function main() {
  const source = process.argv[2] ?? path.join(root, 'README.md');
  // oxlint-disable-next-line no-process-env -- a tool of its own
  const { FILEMILL_URL: external, FILEMILL_API_KEY: apiKey } = process.env;
  const service = external ? { url: external, stop: async () => {} } : await startService();
  try {
    await show(service.url, source, external && apiKey);
  } finally {
    await service.stop();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
