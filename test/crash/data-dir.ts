import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';

/** A data directory for each test; when it is over, no process is left and the directory is gone. */
export function useDataDir(): { readonly path: string } {
  const dataDir = { path: '' };
  beforeEach(() => {
    dataDir.path = mkdtempSync(join(tmpdir(), 'filemill-crash-'));
  });
  afterEach(async () => {
    await ChildServer.killAll();
    rmSync(dataDir.path, { recursive: true, force: true });
  });
  return dataDir;
}
