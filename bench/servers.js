/** What is measured: how each server is started, and what its routes are called. */
const { transformFileSync } = require('@swc/core');
const { spawn } = require('node:child_process');
const events = require('node:events');
const { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { usage } = require('./process-tree');

const ROOT = path.join(__dirname, '..');
const PEERS = path.join(__dirname, 'peers');
/** Peers are started as from a login shell of nobody: what is set around the benchmark does not reach them. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};
const START_MS = 30_000;
const GIB = 1024 ** 3;

const node = (...args) => [process.execPath, ...args];
const peer = (name) => path.join(PEERS, name);

const FILEMILL = {
  command: () => node(path.join(ROOT, 'dist', 'main.js')),
  environment: ({ directory, port }) => ({
    PORT: String(port),
    DATA_DIR: directory,
    LOG_LEVEL: 'warn',
    MAX_FILE_SIZE_BYTES: String(2 * GIB),
  }),
  ready: '/livez',
  isBusy: async (url) => {
    const [pending, processing] = await Promise.all(
      ['pending', 'processing'].map((status) => getJson(`${url}/jobs?limit=1&status=${status}`)),
    );
    return pending.length + processing.length > 0;
  },
};
const PEER = {
  ready: '/',
  isBusy: async (url) => (await getJson(`${url}/pending`)).pending > 0,
};

/**
 * - `command({ directory, port, redisPort })`: what to run
 * - `needs`: a program that has to be there
 * - `durable`: whether an answered upload survives a crash
 * - `save`: where a file is only to be kept; `put`: where a body is, without a form
 */
const SERVERS = {
  filemill: { ...FILEMILL, title: 'Filemill', durable: true },
  'filemill-no-fsync': {
    ...FILEMILL,
    title: 'Filemill without fsync (eatmydata)',
    needs: 'eatmydata',
    command: () => ['eatmydata', ...FILEMILL.command()],
  },
  fastapi: {
    ...PEER,
    title: 'FastAPI tutorial',
    needs: 'uvicorn',
    save: '/save',
    command: ({ port }) => [
      '/usr/bin/python3',
      ...'-m uvicorn fastapi_tutorial:app --log-level warning --host 127.0.0.1 --port'.split(' '),
      port,
      '--app-dir',
      PEERS,
    ],
    environment: ({ directory }) => ({ DATA_DIR: directory, PYTHONDONTWRITEBYTECODE: '1' }),
  },
  express: {
    ...PEER,
    title: 'Express + multer, in memory',
    save: '/save',
    command: ({ directory, port }) => node(peer('express-multer.js'), directory, port),
  },
  nest: {
    ...PEER,
    title: 'Nest + multer, nothing processed',
    save: '/save',
    command: ({ directory, port }) => node(compiled('nest-multer'), directory, port),
  },
  bullmq: {
    ...PEER,
    title: 'Nest + multer + BullMQ',
    needs: 'redis-server',
    redis: true,
    command: ({ directory, port, redisPort }) => node(compiled('nest-bullmq'), directory, port, redisPort),
  },
  'raw-node': {
    title: 'raw Node.js, body to a file',
    ready: '/',
    put: '/put/{n}',
    command: ({ directory, port }) => node(peer('raw-node.js'), directory, port),
  },
  nginx: {
    title: 'nginx, DAV PUT and static answers',
    needs: 'nginx',
    ready: '/',
    put: '/put/{n}',
    command: ({ directory, port }) => ['nginx', '-c', nginxConfiguration(directory, port)],
  },
  tus: {
    title: '@tus/server + file store',
    ready: '/upload/resumable',
    readyStatus: 404,
    command: ({ directory, port }) => node(peer('tus-file-store.js'), directory, port),
  },
};

/** Those of the names that can run here; the others are named on standard error. */
function available(names) {
  return names.filter((name) => {
    const { needs, title } = SERVERS[name];
    if (needs === undefined || hasProgram(needs)) return true;
    console.error(`  (no ${needs}: ${title} is left out)`);
    return false;
  });
}

function hasProgram(name) {
  return ENVIRONMENT.PATH.split(':').some((directory) => existsSync(path.join(directory, name)));
}

/** Starts a server with an empty directory of its own, measured from the start of the process to its first answer. */
async function start(name, { directory = mkdtempSync(path.join(scratch(), `${name}-`)) } = {}) {
  const { command, environment, ready, readyStatus = 200, redis, ...server } = SERVERS[name];
  const place = { directory, port: await freePort(), redisPort: redis && (await freePort()) };
  const redisServer = redis && startRedis(place);
  const startedAt = performance.now();
  const [program, ...args] = command(place);
  const child = spawn(program, args.map(String), {
    cwd: ROOT,
    env: { ...ENVIRONMENT, ...environment?.(place) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${place.port}`;
  await answers(child, `${url}${ready}`, readyStatus);
  const startMs = performance.now() - startedAt;
  const stop = async () => {
    await end(child);
    if (redisServer) await end(redisServer);
  };
  return { ...server, name, url, directory, startMs, usage: () => usage(child.pid), stop };
}

/** Runs `measure` on a freshly started server and stops it, whatever happens. */
async function withServer(name, measure, options) {
  const server = await start(name, options);
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

function startRedis({ directory, redisPort }) {
  const args = [
    '--port',
    redisPort,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  return spawn('redis-server', args.map(String), { env: ENVIRONMENT, stdio: 'ignore' });
}

async function answers(child, url, status) {
  for (const deadline = performance.now() + START_MS; ; await sleep(5)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}.`);
    if (performance.now() > deadline) throw new Error(`${url} did not answer.`);
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status === status) return;
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = events.once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatience);
}

async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A peer in TypeScript, as its tutorial has it. */
function compiled(name) {
  const file = path.join(__dirname, 'dist', `${name}.js`);
  mkdirSync(path.dirname(file), { recursive: true });
  const { code } = transformFileSync(peer(`${name}.ts`), {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      target: 'es2022',
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  });
  writeFileSync(file, code);
  return file;
}

function nginxConfiguration(directory, port) {
  mkdirSync(path.join(directory, 'files'));
  const file = path.join(directory, 'nginx.conf');
  const template = readFileSync(peer('nginx.conf'), 'utf8');
  writeFileSync(file, template.replaceAll('{{directory}}', directory).replaceAll('{{port}}', String(port)));
  return file;
}

let scratchDirectory;

/** On the disk of the repository, not in memory; deleted when everything is measured: deleting slows what follows. */
function scratch() {
  if (scratchDirectory) return scratchDirectory;
  mkdirSync(path.join(__dirname, 'data'), { recursive: true });
  scratchDirectory = mkdtempSync(path.join(__dirname, 'data', 'run-'));
  process.once('exit', () => rmSync(scratchDirectory, { recursive: true, force: true }));
  return scratchDirectory;
}

module.exports = { SERVERS, ENVIRONMENT, available, hasProgram, withServer, getJson, scratch };
