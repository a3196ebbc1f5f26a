import type { ProcessorFunction } from '@app/plugin-api/processor';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnFile } from '../src/plugin-api/processor.harness';
import { LARGE_FILES } from './support/large-files';

describe('progress', () => {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-progress-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(LARGE_FILES)('of $processor grows with what is done', async ({ processor, filename, pieces }) => {
    const path = join(directory, filename);
    await writeFile(path, await pieces(0.25));
    const worker = `@app/processing/processors/${processor}/${processor}.worker`;
    const { run } = (await import(worker)) as { run: ProcessorFunction };
    const { progress } = await runOnFile(run, path);

    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    for (const fraction of progress) expect(fraction).toBeGreaterThan(0);
    expect(progress.at(-1)).toBeLessThanOrEqual(1);
    // Nothing is made up: between two reports no more than a part of the file is passed over.
    const steps = [...progress, 1].map((fraction, index) => fraction - (progress[index - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(0.35);
  });
});
