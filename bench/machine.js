const { execFileSync } = require('node:child_process');
const { readFileSync, statfsSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ENVIRONMENT } = require('./servers');

const GIB = 1024 ** 3;

/** Where figures come from: they mean nothing without. */
function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu.model,
    cores: os.cpus().length,
    memory_gib: Math.round(os.totalmem() / GIB),
    system: `${os.type()} ${os.release()}`,
    file_system: fileSystem(),
    load_before: Math.round(os.loadavg()[0] * 100) / 100,
  };
}

/** Of the directory that everything is written to. */
function fileSystem() {
  const type = statfsSync(__dirname).type;
  return (
    { 0xef53: 'ext4', 0x58465342: 'xfs', 0x9123683e: 'btrfs', 0x794c7630: 'overlay', 0x01021994: 'tmpfs' }[
      type
    ] ?? 'other'
  );
}

function versions() {
  return {
    node: process.version,
    filemill: require(path.join(__dirname, '..', 'package.json')).version,
    ...Object.fromEntries(['express', 'multer', 'bullmq', '@tus/server', '@nestjs/core'].map(libraryVersion)),
    python: said('/usr/bin/python3', '-V'),
    fastapi: said(
      '/usr/bin/python3',
      '-c',
      'import fastapi, uvicorn; print(fastapi.__version__, "on uvicorn", uvicorn.__version__)',
    ),
    nginx: said('sh', '-c', 'nginx -v 2>&1'),
    redis: said('redis-server', '--version'),
    wc: said('wc', '--version'),
  };
}

function libraryVersion(name) {
  const manifest = path.join(__dirname, '..', 'node_modules', name, 'package.json');
  return [name, JSON.parse(readFileSync(manifest, 'utf8')).version];
}

/** The first line of what a program says; null when it is not there. */
function said(program, ...args) {
  try {
    return execFileSync(program, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .split('\n', 1)[0]
      .trim();
  } catch {
    return null;
  }
}

module.exports = { machine, versions };
