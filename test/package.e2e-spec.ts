import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** The paths of what npm would publish. */
function packedFiles(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

describe('the package', () => {
  const files = packedFiles();
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

  it('has every door that it names, with its types', () => {
    const doors = [manifest.main, ...Object.values(manifest.exports)].map((path) => path.replace('./', ''));
    const types = doors.filter((path) => path.endsWith('.js')).map((path) => path.replace(/\.js$/, '.d.ts'));
    expect(files).toEqual(expect.arrayContaining([...doors, ...types, manifest.types.replace('./', '')]));
  });

  it('has the program, and the modules that worker threads load', () => {
    expect(files).toEqual(
      expect.arrayContaining(['dist/main.js', 'dist/processing/processor.worker.js', 'LICENSE', 'README.md']),
    );
    const processors = new Set(files.flatMap((path) => /\/processors\/([a-z]+)\//.exec(path)?.[1] ?? []));
    expect(processors.size).toBeGreaterThan(0);
    for (const name of processors) {
      expect(files).toContain(`dist/processing/processors/${name}/${name}.worker.js`);
    }
  });

  it('has the page', () => {
    expect(files).toContain('web/dist/index.html');
    expect(files.some((path) => /^web\/dist\/assets\/.*\.js\.br$/.test(path))).toBe(true);
  });

  it('has nothing that is only for those who work on it', () => {
    const ours = /^(?:src|test|examples|sdk|tools|web\/src)\/|\.spec\.|\/fixtures\/|^\.env$|^data\//;
    expect(files.filter((path) => ours.test(path))).toEqual([]);
  });
});
