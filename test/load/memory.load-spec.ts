import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { ChildServer } from '../support/child-server';
import { makeText, type Counts } from '../support/known-text';
import { ServiceClient } from '../support/service-client';
import { report } from './report';

const MiB = 1024 * 1024;
const FILE_BYTES = 2_000_000_000;
const GOAL_BYTES = 150 * MiB;
const SAMPLE_MS = 50;

const HEAD =
  '--edge\r\nContent-Disposition: form-data; name="file"; filename="huge.txt"\r\nContent-Type: text/plain\r\n\r\n';
const TAIL = '\r\n--edge--\r\n';

describe('a text of 2 GB', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-load-'));

  afterAll(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it(`is uploaded and processed within ${GOAL_BYTES / MiB} MiB of memory`, async () => {
    if (process.platform !== 'linux')
      throw new Error('Resident memory is read from /proc: run this on Linux.');
    const environment = { MAX_FILE_SIZE_BYTES: String(2 * FILE_BYTES) };
    const server = await ChildServer.start({ dataDir, environment });
    const client = new ServiceClient(server.url);
    const memory = new ResidentMemory(server.pid);
    await setTimeout(500); // the start is over
    const idle = memory.now();

    const block = makeText('huge.txt', MiB);
    const blocks = Math.ceil(FILE_BYTES / block.content.length);
    const startedAt = performance.now();
    const sampling = memory.sample();
    const upload = await uploadRepeated(client, block.content, blocks);
    const uploadedAt = performance.now();
    const [job] = await client.settledJobs({ ms: 60_000, everyMs: 100 });
    const processedAt = performance.now();
    const peak = await sampling.end();

    expect(upload.status).toBe(200);
    expect(upload.body).toMatchObject({ size_bytes: blocks * block.content.length, sha256: upload.sha256 });
    expect(job).toMatchObject({ status: 'completed', result: times(blocks, block.counts) });
    const mib = (bytes: number) => `${(bytes / MiB).toFixed(0)} MiB`;
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
    report(
      `2 GB text: uploaded in ${seconds(startedAt, uploadedAt)}, processed in ${seconds(uploadedAt, processedAt)}; ` +
        `resident memory idle ${mib(idle)}, peak ${mib(peak)}, ${mib(peak - idle)} more`,
    );
    expect(peak - idle).toBeLessThan(GOAL_BYTES);
  });
});

/** Streams one block over and over as a file, never faster than the service takes it. */
async function uploadRepeated(client: ServiceClient, block: Buffer, blocks: number) {
  const hash = createHash('sha256');
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(HEAD);
    for (let i = 0; i < blocks; i++) {
      hash.update(block);
      yield block;
    }
    yield Buffer.from(TAIL);
  }
  const upload = request(`${client.url}/upload`, {
    method: 'POST',
    headers: {
      'Content-Type': 'multipart/form-data; boundary=edge',
      'Content-Length': HEAD.length + blocks * block.length + TAIL.length,
    },
  });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  await pipeline(body, upload);
  const [response] = await answered;
  return { status: response.statusCode, body: await json(response), sha256: hash.digest('hex') };
}

function times(factor: number, { line_count, word_count, char_count }: Counts): Counts {
  return {
    line_count: factor * line_count,
    word_count: factor * word_count,
    char_count: factor * char_count,
  };
}

/** Of a process, in bytes, as Linux tells it. */
class ResidentMemory {
  constructor(private readonly pid: number) {}

  now(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  /** Looks every {@link SAMPLE_MS} until it is told to end; then resolves with the highest. */
  sample(): { end(): Promise<number> } {
    const control = new AbortController();
    let peak = 0;
    const look = async () => {
      while (!control.signal.aborted) {
        peak = Math.max(peak, this.now());
        await setTimeout(SAMPLE_MS);
      }
    };
    const looking = look();
    const end = async () => {
      control.abort();
      await looking;
      return peak;
    };
    return { end };
  }
}
