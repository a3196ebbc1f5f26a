import { S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { blobStoreContract } from '../blob-store.contract';
import { BlobMissing, StorageUnavailable } from '../storage.errors';
import { GrowingObjects } from './growing-objects';
import { LocalCopies } from './local-copies';
import { S3Server, TestBucket } from './s3-server.harness';
import { S3BlobStore } from './s3.blob-store';
import { PART_BYTES, S3Bucket } from './s3.bucket';

const MiB = 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), 'filemill-s3-'));
let server: S3Server;
const clients: S3Client[] = [];

function clientOf(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({
    endpoint,
    region: 'local',
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.stop());

async function create({ url } = server) {
  const seen = await TestBucket.create(url);
  const bucket = new S3Bucket(clientOf(url), seen.name);
  const copies = mkdtempSync(join(root, 'copies-'));
  return { seen, bucket, copies, store: new S3BlobStore(bucket, new LocalCopies(copies)) };
}

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield part;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => rmSync(root, { recursive: true }));

blobStoreContract(async () => {
  const { store, seen } = await create();
  return { store, unfinished: async () => (await seen.openUploads()).length };
});

describe('S3BlobStore', () => {
  it.each([
    ['one piece', [3]],
    ['pieces that are large enough for parts', [9 * MiB, 9 * MiB, 5]],
    ['small pieces before large ones, and after', [1, 2, 8 * MiB, 3, 6 * MiB, 4]],
    ['small pieces only', [10, 20, 30]],
    ['more pieces than are copied at once', Array.from({ length: 7 }, () => 5 * MiB)],
  ])(
    'composes a blob of %s, byte for byte',
    async (_, sizes) => {
      const { store, bucket } = await create();
      const pieces = sizes.map((size) => randomBytes(size));
      let length = 0;
      for (const piece of pieces) length = await store.grow('grown', length, chunks(piece));
      await store.finish('grown', 'a/b');
      expect(Buffer.concat(await (await store.read('a/b')).toArray()).equals(Buffer.concat(pieces))).toBe(
        true,
      );
      for await (const { key } of bucket.list('growing/')) throw new Error(`${key} is left.`);
    },
    60_000,
  );

  it('goes on after a death between the making of the blob and the removal of its pieces', async () => {
    const { store, bucket } = await create();
    await store.grow('grown', 0, chunks(Buffer.from('hello ')));
    await store.grow('grown', 6, chunks(Buffer.from('world')));
    await new GrowingObjects(bucket).composeInto('grown', 'blobs/a/b');
    await bucket.delete('growing/grown/0000000000000000'); // the first step of the removal

    expect(await store.grown('grown')).toBe(0);
    await store.finish('grown', 'a/b');
    expect(await text(await store.read('a/b'))).toBe('hello world');
    for await (const { key } of bucket.list('growing/')) throw new Error(`${key} is left.`);
  });

  it('takes no piece for a part of the blob that does not follow on from those before', async () => {
    const { store, bucket } = await create();
    await store.grow('torn', 0, chunks(Buffer.from('hello')));
    await bucket.put('growing/torn/0000000000000009', Buffer.from('left over'));
    expect(await store.grown('torn')).toBe(5);
    expect(await store.grow('torn', 5, chunks(Buffer.from('1234')))).toBe(9);
    await store.finish('torn', 'a/torn');
    expect(await text(await store.read('a/torn'))).toBe('hello1234');
  });

  it('sweeps uploads in parts that nobody touches any more, and leaves those that go on', async () => {
    const { store, seen } = await create();
    const started = Date.now();
    let proceed!: () => void;
    const gate = new Promise<void>((resolve) => (proceed = resolve));
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 3 * PART_BYTES; sent += MiB) yield Buffer.alloc(MiB);
      await gate;
    }
    const upload = store.put('a/slow', slow()).catch((error: unknown) => error);
    while ((await seen.openUploads()).length === 0) await setTimeout(5);
    expect(await store.sweepUnfinished(started - 1)).toBe(0);
    expect(await store.sweepUnfinished(Date.now() + 60_000)).toBe(1);
    expect(await seen.openUploads()).toEqual([]);
    proceed();
    await upload;
  });

  it('keeps a local copy for as long as it is needed', async () => {
    const { store, copies } = await create();
    await store.put('a/one', chunks(Buffer.from('bytes')));
    const local = await store.local('a/one');
    expect(await store.sweepUnfinished(Date.now() + 60_000)).toBe(0);
    expect(existsSync(local.path)).toBe(true);
    await local.release();
    expect(readdirSync(copies)).toEqual([]);
  });

  it('sweeps local copies that a dead process left', async () => {
    const { store, bucket, copies } = await create();
    await store.put('a/one', chunks(Buffer.from('bytes')));
    await new S3BlobStore(bucket, new LocalCopies(copies)).local('a/one');
    expect(await store.sweepUnfinished(Date.now() - 60_000)).toBe(0);
    expect(await store.sweepUnfinished(Date.now() + 60_000)).toBe(1);
    expect(readdirSync(copies)).toEqual([]);
  });

  it('says that the storage is away when nobody answers, or there is no bucket', async () => {
    const gone = await S3Server.start();
    const { store } = await create(gone);
    const elsewhere = new S3Bucket(clientOf(gone.url), 'no-such-bucket');
    await expect(elsewhere.ping()).rejects.toThrow(BlobMissing);
    await expect(elsewhere.put('a', Buffer.from('x'))).rejects.toThrow(StorageUnavailable);
    await gone.stop();
    await expect(store.put('a/one', chunks(Buffer.from('x')))).rejects.toThrow(StorageUnavailable);
    await expect(store.read('a/one')).rejects.toThrow(StorageUnavailable);
    await expect(store.ping()).rejects.toThrow(StorageUnavailable);
  });
});
