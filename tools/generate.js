/**
 * Writes what is derived from the built service: `openapi.json`, `docs/errors.md` and `sdk/src/generated`; and the
 * WebAssembly that is assembled from text.
 *
 *     node tools/generate.js           write them
 *     node tools/generate.js --check   write nothing; fail when a file differs, is missing or is left over
 */
const {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { createApp, describeApp } = require('../dist/app.js');
const { errorsMarkdown } = require('../dist/platform/http/errors.page.js');

const ROOT = path.join(__dirname, '..');
const KERNEL = 'src/processing/processors/text/utf8-kernel';
const OUTPUTS = ['openapi.json', 'docs/errors.md', 'sdk/src/generated', `${KERNEL}.wasm`];

async function main() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'filemill-generate-'));
  try {
    const fresh = path.join(scratch, 'out');
    await generate(fresh, path.join(scratch, 'data'));
    if (process.argv.includes('--check')) check(fresh);
    else replace(fresh);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function generate(directory, dataDir) {
  const document = await describeService(dataDir);
  write(path.join(directory, 'openapi.json'), `${JSON.stringify(document, null, 2)}\n`);
  write(path.join(directory, 'docs/errors.md'), errorsMarkdown());
  write(path.join(directory, `${KERNEL}.wasm`), await assemble(`${KERNEL}.wat`));
  await generateClient(document, path.join(directory, 'sdk/src/generated'));
}

/** The document of the service itself, with its defaults and an empty database; it does not listen. */
async function describeService(dataDir) {
  const app = await createApp({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
  const document = describeApp(app);
  await app.close();
  return document;
}

async function assemble(file) {
  const wabt = await require('wabt')();
  const parsed = wabt.parseWat(file, readFileSync(path.join(ROOT, file), 'utf8'), { simd: true });
  parsed.validate();
  return parsed.toBinary({}).buffer;
}

async function generateClient(input, directory) {
  const { createClient } = await import('@hey-api/openapi-ts');
  await createClient({
    input,
    output: { path: directory, entryFile: false, module: { extension: '.js' } },
    logs: { level: 'silent', file: false },
    plugins: [
      { name: '@hey-api/client-fetch', throwOnError: true },
      '@hey-api/typescript',
      {
        name: '@hey-api/sdk',
        responseStyle: 'data',
        operations: { strategy: 'single', containerName: 'FilemillOperations' },
      },
    ],
  });
}

function replace(fresh) {
  for (const output of OUTPUTS) {
    rmSync(path.join(ROOT, output), { recursive: true, force: true });
    cpSync(path.join(fresh, output), path.join(ROOT, output), { recursive: true });
  }
}

/** Compares with the working tree, so that a file which was never committed counts as missing in CI. */
function check(fresh) {
  const names = new Set([fresh, ROOT].flatMap((root) => OUTPUTS.flatMap((output) => files(root, output))));
  const stale = [...names].filter((name) => read(path.join(fresh, name)) !== read(path.join(ROOT, name)));
  if (stale.length === 0) return;
  console.error(`Not as generated:\n${stale.map((name) => `  - ${name}`).join('\n')}\nRun: npm run generate`);
  process.exitCode = 1;
}

/** The files at a path and below it, relative to `root`. */
function files(root, name) {
  const absolute = path.join(root, name);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [name];
  const entries = readdirSync(absolute, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'latin1') : undefined;
}

function write(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
