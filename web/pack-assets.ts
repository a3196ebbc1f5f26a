import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const PACKED = /\.(?:js|css|html|svg)$/;

/** Puts a gzip and a brotli file beside what is built, so that the service need not pack anything itself. */
export function packAssets(): Plugin {
  let directory = '';
  return {
    name: 'pack-assets',
    apply: 'build',
    configResolved: ({ build }) => void (directory = build.outDir),
    closeBundle() {
      for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
        if (PACKED.test(name)) pack(join(directory, name));
      }
    },
  };
}

function pack(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(bytes));
}
