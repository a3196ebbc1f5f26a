import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ChildServer } from '../support/child-server';
import { makeText, type Counts } from '../support/known-text';
import { ServiceClient } from '../support/service-client';
import { repeated, streamedUpload } from '../support/streamed-upload';
import { orders, type Orders } from './known-orders';
import { report } from './report';
import { ResidentMemory } from './resident-memory';

const MiB = 1024 * 1024;
const GOAL_BYTES = 150 * MiB;

describe(`within ${GOAL_BYTES / MiB} MiB of idle memory`, () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'filemill-load-'))));
  afterEach(async () => {
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('a text of 2 GB, so one of 1 GB too, is uploaded and processed', async () => {
    const block = makeText('huge.txt', MiB);
    const blocks = Math.ceil(2_000_000_000 / block.content.length);
    const result = await process('huge.txt', repeated(block.content, blocks));
    expect(result).toMatchObject({ processor: 'text', ...times(blocks, block.counts) });
  });

  it('a CSV of 200 MB is uploaded and processed', async () => {
    let truth!: Orders;
    const result = await process(
      'orders.csv',
      (function* () {
        truth = yield* orders(200_000_000);
      })(),
    );
    const { rows, sumOfQuantities } = truth;
    expect(result).toMatchObject({
      processor: 'table',
      row_count: rows,
      ragged_rows: { count: 0 },
      bad_quotes: { count: 0 },
    });
    const columns = result!.columns as { name: string; type: string }[];
    expect(columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'order_id: integer',
      'placed_at: date',
      'customer: text',
      'email: text',
      'country: text',
      'quantity: integer',
      'unit_price: number',
      'express: boolean',
      'note: text',
    ]);
    expect(columns[0]).toMatchObject({ min: 0, max: rows - 1, nulls: 0 });
    expect(columns[5]).toMatchObject({ min: 1, max: 12, mean: sumOfQuantities / rows, distinct: 12 });
  });

  /** Uploads a file to a server of its own and waits for its job; gives its result. */
  async function process(filename: string, pieces: Iterable<Uint8Array>) {
    const server = await ChildServer.start({ dataDir, environment: { MAX_FILE_SIZE_BYTES: '4000000000' } });
    const client = new ServiceClient(server.url);
    const memory = new ResidentMemory(server.pid);
    await setTimeout(500); // the start is over
    const idle = memory.now();

    const startedAt = performance.now();
    const sampling = memory.sample();
    const upload = await streamedUpload(server.url, filename, pieces);
    const uploadedAt = performance.now();
    const [job] = await client.settledJobs({ ms: 60_000, everyMs: 100 });
    const processedAt = performance.now();
    const peak = await sampling.end();

    expect(upload.status).toBe(200);
    expect(upload.body).toMatchObject({ size_bytes: upload.sizeBytes, sha256: upload.sha256 });
    const mib = (bytes: number) => `${(bytes / MiB).toFixed(0)} MiB`;
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
    report(
      `${filename}, ${(upload.sizeBytes / 1e6).toFixed(0)} MB: uploaded in ${seconds(startedAt, uploadedAt)}, ` +
        `processed in ${seconds(uploadedAt, processedAt)}; ` +
        `resident memory idle ${mib(idle)}, peak ${mib(peak)}, ${mib(peak - idle)} more`,
    );
    expect(job).toMatchObject({ status: 'completed' });
    expect(peak - idle).toBeLessThan(GOAL_BYTES);
    return job.result;
  }
});

function times(factor: number, { line_count, word_count, char_count }: Counts): Counts {
  return {
    line_count: factor * line_count,
    word_count: factor * word_count,
    char_count: factor * char_count,
  };
}
