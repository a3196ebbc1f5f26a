/**
 * Loaded with --require before the service: installs a processor for each module in `processors/`, which
 * takes text files of the extension that is its name (`.held`, `.poison`, `.stray`).
 *
 * While there is a file where BROKEN_THREADS_FILE says, no thread of a processor can start.
 */
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');
const { replaceMethod } = require('./replace-method');

class AnyResult {}

if (isMainThread) {
  require('reflect-metadata');
  const { ProcessingModule } = built('processing/processing.module.js');
  replaceMethod(ProcessingModule.prototype, 'onModuleInit', function (onModuleInit) {
    onModuleInit();
    for (const processor of testProcessors()) this.registry.register(processor);
  });
} else if (existsSync(process.env.BROKEN_THREADS_FILE ?? '')) {
  throw new Error('No thread can start.');
}

function testProcessors() {
  const { WorkerProcessor } = built('plugin-api/processor.js');
  const directory = path.join(__dirname, 'processors');
  return readdirSync(directory).map((file) => {
    const name = file.replace(/\.js$/, '');
    return Object.assign(new (class extends WorkerProcessor {})(), {
      name,
      description: `For tests: ${name}`,
      accepts: [{ extension: `.${name}`, mediaType: 'text/plain', content: 'text' }],
      result: AnyResult,
      worker: path.join(directory, file),
    });
  });
}

function built(name) {
  return require(path.join(path.dirname(process.argv[1]), name));
}
