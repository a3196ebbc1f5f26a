import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../errors/startup-error';
import { ensureDirectory } from './directory';

describe('ensureDirectory', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'filemill-directory-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('makes it, and those above it, for the service alone', () => {
    ensureDirectory(join(directory, 'a', 'b'));
    for (const path of ['a', 'a/b']) expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
  });

  it('says what to do when it cannot', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(() => ensureDirectory(join(directory, 'file', 'a'))).toThrow(StartupError);
    expect(() => ensureDirectory(join(directory, 'file', 'a'))).toThrow(/DATA_DIR/);
  });
});
