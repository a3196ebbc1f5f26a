import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../app';
import type { Environment } from '../platform/config/load-settings';
import type { Extension } from '../plugin-api/extension';

export interface TestService {
  readonly app: NestExpressApplication;
  /** Without a slash at the end. */
  readonly url: string;
  /** Shuts the service down as SIGTERM does, and removes its data. */
  close(): Promise<void>;
}

/** The service with extensions, on a free port of this machine, with an empty data directory of its own. */
export async function startService(
  extensions: readonly Extension[] = [],
  environment: Environment = {},
): Promise<TestService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-test-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const app = await createApp({ LOG_LEVEL: 'silent', ...environment, DATA_DIR: dataDir }, extensions);
    await app.listen(0, '127.0.0.1');
    const close = () => app.close().finally(remove);
    return { app, url: await app.getUrl(), close };
  } catch (error) {
    remove();
    throw error;
  }
}
