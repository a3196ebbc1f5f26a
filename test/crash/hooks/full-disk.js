/**
 * Loaded with --require before the service: while there is a file where FULL_DISK_FILE says, the disk is
 * full for what the file names.
 *
 * | content | what fails |
 * | --- | --- |
 * | write | every write of a blob, after a part of it was written |
 * | sync | the fsync of a blob |
 * | database | SQLite, as soon as it needs another page: a real SQLITE_FULL, by max_page_count |
 */
const { readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const { replaceMethod } = require('./replace-method');

const PAGES_WHEN_NOT_FULL = 0xfffffffe;

if (isMainThread) {
  hookFiles();
  hookDatabase();
}

function isFull(what) {
  try {
    return readFileSync(process.env.FULL_DISK_FILE, 'utf8') === what;
  } catch {
    return false;
  }
}

function hookFiles() {
  replaceMethod(require('node:fs/promises'), 'open', async (open, path, flags, ...rest) => {
    const handle = await open(path, flags, ...rest);
    if (flags === 'wx' || flags === 'a') hookBlob(handle);
    return handle;
  });
}

function hookBlob(handle) {
  replaceMethod(handle, 'writev', async (writev, chunks) => {
    if (!isFull('write')) return writev(chunks);
    await handle.write(chunks[0].subarray(0, 10));
    throw outOfSpace('write');
  });
  replaceMethod(handle, 'sync', async (sync) => {
    if (isFull('sync')) throw outOfSpace('fsync');
    return sync();
  });
}

function outOfSpace(syscall) {
  const message = `ENOSPC: no space left on device, ${syscall}`;
  return Object.assign(new Error(message), { code: 'ENOSPC', errno: -28, syscall });
}

function hookDatabase() {
  const { prototype } = require('better-sqlite3');
  replaceMethod(prototype, 'prepare', function (prepare, sql) {
    const statement = prepare(sql);
    if (sql !== 'BEGIN IMMEDIATE') return statement;
    const run = () => {
      // A limit below the pages that are there already counts as their number.
      this.pragma(`max_page_count = ${isFull('database') ? 1 : PAGES_WHEN_NOT_FULL}`);
      return statement.run();
    };
    return { run };
  });
}
