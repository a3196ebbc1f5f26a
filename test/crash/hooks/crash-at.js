/**
 * Loaded with --require before the service: once it is told a point by message, as `before:rename:1` or
 * `after:upload-commit:3` (when, point, which call of it from now on), the process kills itself there, as
 * a power cut would. It answers the message with itself.
 *
 * | point | the call |
 * | --- | --- |
 * | open, write, file-sync, rename, directory-sync | of the file system, while a blob is stored |
 * | grow-write, grow-sync | of the file of a resumable upload |
 * | accept | UploadsService.accept: before it, the blob is durable and no transaction has begun |
 * | upload-insert | of the file's row; before it, the transaction has begun and is empty |
 * | upload-commit | the commit of file, job and task |
 * | arrive-commit | the commit by which a fetched file is its owner's |
 * | answer | the end of the answer to an upload, or to a piece of one |
 * | claim-commit | the commit by which a worker takes tasks |
 * | begin-commit | the commit by which a job is processing |
 * | run | of a processor, in its thread |
 * | progress | a processor's report from the middle of a file |
 * | complete-commit | the commit of a job's result |
 * | report-commit | the commit of a report, its mail and the end of its task |
 */
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');
const { replaceMethod } = require('./replace-method');

const points = new Set();
const armed = { when: '', point: '', calls: Infinity };

// The threads of processors load this file too: calls are counted in the main thread alone.
if (isMainThread) {
  install();
  process.on('message', (message) => {
    arm(...message.split(':'));
    process.send(message);
  });
  process.channel.unref();
}

function arm(when, point, nth) {
  if (!points.has(point) || !['before', 'after'].includes(when) || !(nth > 0)) {
    throw new Error(`No point '${when}:${point}:${nth}'; there are ${[...points].join(', ')}.`);
  }
  Object.assign(armed, { when, point, calls: Number(nth) });
}

/** Makes a call of the point `name`, and dies before or after it if it is the one. */
function around(name, call) {
  if (name !== armed.point || --armed.calls !== 0) return call();
  if (armed.when === 'before') die();
  const value = call();
  return typeof value?.then === 'function' ? value.then(die) : die();
}

function install() {
  require('reflect-metadata');
  hookFileSystem();
  hookTransactions();
  hookAnswer();
  const { UploadsService } = built('uploads/uploads.service');
  wrap(UploadsService.prototype, 'accept', 'accept');
  hookPool();
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}

/** Makes each call of a method one of the point `name`. */
function wrap(target, method, name) {
  points.add(name);
  replaceMethod(target, method, (original, ...args) => around(name, () => original(...args)));
}

function hookFileSystem() {
  const fs = require('node:fs/promises');
  wrap(fs, 'rename', 'rename');
  for (const name of ['open', 'write', 'file-sync', 'directory-sync', 'grow-write', 'grow-sync'])
    points.add(name);
  const syncs = { wx: 'file-sync', a: 'grow-sync', r: 'directory-sync' };
  replaceMethod(fs, 'open', async (open, file, flags, ...rest) => {
    const handle = await around(flags === 'wx' ? 'open' : '', () => open(file, flags, ...rest));
    wrap(handle, 'writev', flags === 'a' ? 'grow-write' : 'write');
    wrap(handle, 'sync', syncs[flags]);
    return handle;
  });
}

/** A transaction is known by what is done in it: several may share a commit. */
function hookTransactions() {
  const steps = new Set();
  const note = (prototype, method, point, isOne = () => true) => {
    points.add(point);
    replaceMethod(prototype, method, async (original, ...args) => {
      const value = await original(...args);
      if (isOne(value)) steps.add(point);
      return value;
    });
  };
  const { FilesRepository } = built('files/files.repository');
  const { JobsRepository } = built('jobs/jobs.repository');
  const { ReportsRepository } = built('reports/reports.repository');
  const { TasksRepository } = built('platform/tasks/tasks.repository');
  wrap(FilesRepository.prototype, 'insert', 'upload-insert');
  note(FilesRepository.prototype, 'insert', 'upload-commit');
  note(FilesRepository.prototype, 'arrive', 'arrive-commit');
  note(TasksRepository.prototype, 'claim', 'claim-commit', (taken) => taken.length > 0);
  note(JobsRepository.prototype, 'start', 'begin-commit');
  note(JobsRepository.prototype, 'complete', 'complete-commit');
  note(ReportsRepository.prototype, 'complete', 'report-commit');
  onStatement('BEGIN IMMEDIATE', (run) => {
    steps.clear();
    return run();
  });
  onStatement('COMMIT', (run) => around(steps.has(armed.point) ? armed.point : '', run));
}

function onStatement(text, run) {
  const { prototype } = require('better-sqlite3');
  replaceMethod(prototype, 'prepare', (prepare, sql) => {
    const statement = prepare(sql);
    return sql === text ? { run: () => run(() => statement.run()) } : statement;
  });
}

function hookAnswer() {
  points.add('answer');
  const { ServerResponse } = require('node:http');
  replaceMethod(ServerResponse.prototype, 'end', function (end, ...args) {
    const { method, url } = this.req;
    const isUpload = (method === 'POST' && url === '/upload') || method === 'PATCH';
    return around(isUpload ? 'answer' : '', () => end(...args));
  });
}

function hookPool() {
  const { ProcessorPool } = built('processing/processor-pool');
  points.add('progress');
  replaceMethod(ProcessorPool.prototype, 'run', (run, processor, input, options) => {
    const onProgress = (fraction) => around('progress', () => options.onProgress(fraction));
    return run(processor, input, { ...options, onProgress });
  });
  wrap(ProcessorPool.prototype, 'run', 'run');
}

function built(name) {
  return require(path.join(path.dirname(process.argv[1]), `${name}.js`));
}
