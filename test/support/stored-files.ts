import { Settings } from '@app/platform/config/settings';
import { BlobStore } from '@app/platform/storage/blob-store';
import type { INestApplicationContext } from '@nestjs/common';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TestBucket } from '../../src/platform/storage/s3/s3-server.harness';
import type { TestApp } from './app';

/** What a resumable upload has so far. */
export interface GrowingFile {
  readonly name: string;
  readonly size: number;
}

/** The bytes that a service keeps, where they lie and not through it. Keys are those of its store. */
export interface StoredFiles {
  blobs(): Promise<string[]>;
  /** What is being written, or was given up. */
  unfinished(): Promise<string[]>;
  growing(): Promise<GrowingFile[]>;
  /** Damages a blob. */
  replace(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(key: string): Promise<void>;
}

export function storedFiles({ app, dataDir }: Pick<TestApp, 'app' | 'dataDir'>): StoredFiles {
  return bucketOf(app) ?? new FilesOnDisk(join(dataDir, 'files'));
}

/** Has {@link storedFiles} know also what the store was given and keeps in memory: to be called before it gets anything. */
export function watchStore(app: INestApplicationContext): void {
  if (bucketOf(app)) Arrivals.watch(app.get(BlobStore));
}

function bucketOf(app: INestApplicationContext): FilesInBucket | undefined {
  const { S3_BUCKET, S3_ENDPOINT } = app.get(Settings);
  if (S3_BUCKET === '') return undefined;
  return new FilesInBucket(TestBucket.at(S3_ENDPOINT, S3_BUCKET), Arrivals.at(app.get(BlobStore)));
}

class FilesOnDisk implements StoredFiles {
  constructor(private readonly directory: string) {}

  async blobs(): Promise<string[]> {
    return this.below('blobs');
  }

  async unfinished(): Promise<string[]> {
    return this.below('unfinished');
  }

  async growing(): Promise<GrowingFile[]> {
    return this.below('growing').map((name) => ({
      name,
      size: statSync(join(this.directory, 'growing', name)).size,
    }));
  }

  async replace(key: string, bytes: Uint8Array): Promise<void> {
    writeFileSync(join(this.directory, 'blobs', key), bytes);
  }

  async remove(key: string): Promise<void> {
    rmSync(join(this.directory, 'blobs', key));
  }

  private below(place: string): string[] {
    const root = join(this.directory, place);
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  }
}

const BLOBS = 'blobs/';
const GROWING = 'growing/';

class FilesInBucket implements StoredFiles {
  constructor(
    private readonly bucket: TestBucket,
    private readonly arrivals: Arrivals,
  ) {}

  async blobs(): Promise<string[]> {
    const keys = [...(await this.bucket.objects()).keys()];
    return keys.filter((key) => key.startsWith(BLOBS)).map((key) => key.slice(BLOBS.length));
  }

  async unfinished(): Promise<string[]> {
    const inParts = (await this.bucket.openUploads()).map((key) => key.slice(BLOBS.length));
    return [...new Set([...inParts, ...this.arrivals.blobs])];
  }

  async growing(): Promise<GrowingFile[]> {
    const sizes = new Map<string, number>();
    for (const [key, size] of await this.bucket.objects()) {
      if (!key.startsWith(GROWING)) continue;
      const [, id] = key.split('/');
      sizes.set(id, (sizes.get(id) ?? 0) + size);
    }
    for (const [id, size] of this.arrivals.growing) sizes.set(id, Math.max(size, sizes.get(id) ?? 0));
    return [...sizes].map(([name, size]) => ({ name, size }));
  }

  replace(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.bucket.put(BLOBS + key, bytes);
  }

  remove(key: string): Promise<void> {
    return this.bucket.delete(BLOBS + key);
  }
}

/** What a store is being given: of a stream, S3 has nothing to show before a part is full or the stream ends. */
class Arrivals {
  private static readonly watched = new WeakMap<BlobStore, Arrivals>();

  readonly blobs = new Set<string>();
  /** How long each is by now. */
  readonly growing = new Map<string, number>();

  static at(store: BlobStore): Arrivals {
    return Arrivals.watched.get(store) ?? new Arrivals();
  }

  static watch(store: BlobStore): void {
    const arrivals = new Arrivals();
    Arrivals.watched.set(store, arrivals);
    const put = store.put.bind(store);
    const grow = store.grow.bind(store);
    store.put = (key, source) => {
      arrivals.blobs.add(key);
      return put(key, source).finally(() => arrivals.blobs.delete(key));
    };
    store.grow = (id, offset, source) => {
      let length = offset;
      const grown = ({ byteLength }: Uint8Array) => arrivals.growing.set(id, (length += byteLength));
      return grow(id, offset, each(source, grown)).finally(() => arrivals.growing.delete(id));
    };
  }
}

async function* each(
  source: AsyncIterable<Uint8Array>,
  look: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    look(chunk);
    yield chunk;
  }
}
