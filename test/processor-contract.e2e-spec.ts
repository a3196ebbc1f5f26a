import { WorkerProcessor, DomainError, Problem, type ProcessorInput } from '@app/plugin-api/processor';
import { InProcessProcessor } from '@app/plugin-api/processor';
import { ArchiveProcessor } from '@app/processing/processors/archive/archive.processor';
import { ImageProcessor } from '@app/processing/processors/image/image.processor';
import { JsonProcessor } from '@app/processing/processors/json/json.processor';
import { PdfProcessor } from '@app/processing/processors/pdf/pdf.processor';
import { TableProcessor } from '@app/processing/processors/table/table.processor';
import { TextProcessor } from '@app/processing/processors/text/text.processor';
import { WordProcessor } from '@app/processing/processors/word/word.processor';
import { processorChecks, processorContract, type ProcessorSubject } from '@app/testing/processor.contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROCESSORS = join(__dirname, '..', 'src', 'processing', 'processors');
const fixture = (path: string) => join(PROCESSORS, path);
const directory = mkdtempSync(join(tmpdir(), 'filemill-contract-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const NOT_UTF8 = Uint8Array.of(0x61, 0xff, 0xfe, 0x62);
const CUT_JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

const subjects: readonly ProcessorSubject[] = [
  {
    processor: new ImageProcessor(),
    samples: ['photo.jpg', 'animated.gif', 'animated.webp'].map((name) => fixture(`image/fixtures/${name}`)),
    damaged: [file('cut.jpg', CUT_JPEG)],
    options: { gps: true },
  },
  {
    processor: new PdfProcessor(),
    samples: [fixture('pdf/fixtures/text.pdf'), fixture('pdf/fixtures/scan.pdf')],
    damaged: [file('damaged.pdf', '%PDF-1.4\nnothing')],
  },
  {
    processor: new WordProcessor(),
    samples: [fixture('word/fixtures/notes.doc'), fixture('word/fixtures/report.docx')],
    damaged: [file('no-word.docx', Buffer.from('504b0506'.padEnd(44, '0'), 'hex'))],
  },
  {
    processor: new TableProcessor(),
    samples: [file('a.csv', 'name,age\nAnn,41\n'), file('a.tsv', 'a\tb\n1\t2\n')],
    damaged: [file('latin.csv', NOT_UTF8)],
  },
  {
    processor: new JsonProcessor(),
    samples: [file('a.json', '[1,{"a":null}]'), file('a.ndjson', '1\n2\n'), file('wrong.json', '[1')],
    damaged: [file('deep.json', '['.repeat(100_000))],
  },
  {
    processor: new ArchiveProcessor(),
    samples: [fixture('archive/fixtures/info-zip.zip'), fixture('archive/fixtures/pax.tgz')],
    damaged: [file('cut.zip', Buffer.from('504b030414000000', 'hex'))],
  },
  {
    processor: new TextProcessor(),
    samples: [file('a.txt', 'one two\nthree'), file('empty.md', '')],
    damaged: [file('latin.txt', NOT_UTF8)],
  },
];

describe.each(subjects)('$processor.name', (subject) => processorContract(it, subject));

@Problem({ code: 'for_tests_rejected', status: 422, title: 'Rejected', meaning: 'Only in tests.' })
class Rejected extends DomainError {}

/** Keeps the contract, but for what a test replaces. */
class Keeping extends InProcessProcessor {
  override readonly name: string = 'keeping';
  override readonly description: string = 'For tests.';
  override readonly accepts = [{ extension: '.txt', mediaType: 'text/plain', content: 'text' as const }];
  override readonly result = Object;

  override async run(input: ProcessorInput & { signal?: AbortSignal }): Promise<object> {
    input.signal?.throwIfAborted();
    const text = await readFile(input.path, 'utf8');
    if (text === 'damaged') throw new Rejected('It is damaged.');
    input.progress(0.5);
    input.progress(1);
    return { processor: this.name, text };
  }
}

const subject = (processor: Keeping): ProcessorSubject => ({
  processor,
  samples: [file('sample.txt', 'sample')],
  damaged: [file('damaged.txt', 'damaged')],
});

async function failures(processor: Keeping): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of processorChecks(subject(processor)))
    await run().catch(() => failed.push(title));
  return failed;
}

class Broken extends Keeping {
  constructor(private readonly breaking: (input: ProcessorInput, result: () => Promise<object>) => unknown) {
    super();
  }

  override async run(input: ProcessorInput): Promise<object> {
    return (await this.breaking(input, () => super.run(input))) as object;
  }
}

describe('the contract itself', () => {
  it('is kept by a processor that keeps it', async () => {
    expect(await failures(new Keeping())).toEqual([]);
  });

  it.each<[string, ConstructorParameters<typeof Broken>[0]]>([
    ['gives a result that JSON keeps', async (_, result) => ({ ...(await result()), at: new Date(0) })],
    ['gives a result that JSON keeps', async (_, result) => ({ ...(await result()), processor: 'x' })],
    ['gives the same result again', async (_, result) => ({ ...(await result()), at: Math.random() })],
    [
      'leaves the file as it was',
      async ({ path }, result) => {
        const given = await result();
        writeFileSync(path, 'changed');
        return given;
      },
    ],
    [
      'reports progress that only rises, from 0 to 1',
      async ({ progress }, result) => {
        progress(0.9);
        return result();
      },
    ],
    [
      'reports progress that only rises, from 0 to 1',
      async ({ progress }, result) => {
        const given = await result();
        progress(1.1);
        return given;
      },
    ],
    [
      'rejects damaged files for good, and says why',
      async (_, result) =>
        result().catch((error: Error) => {
          throw error instanceof Rejected ? new Error('which error?') : error;
        }),
    ],
    [
      'rejects damaged files for good, and says why',
      async ({ path }, result) =>
        result().catch((error: Error) => {
          throw error instanceof Rejected ? new Rejected(`${path} is damaged`) : error;
        }),
    ],
    [
      'takes a missing file for a passing fault',
      async (_, result) =>
        result().catch((error: NodeJS.ErrnoException) => {
          throw error.code === 'ENOENT' ? new Rejected('It is damaged.') : error;
        }),
    ],
    [
      'stops when it is told to',
      ({ path, progress, artifact, ...rest }) =>
        new Keeping().run({ ...rest, path, progress, artifact, signal: undefined }),
    ],
  ])('notices a processor that breaks: %s', async (title, breaking) => {
    expect(await failures(new Broken(breaking))).toContain(title);
  });

  it('notices a malformed name, and a sample that would not be let in', async () => {
    expect(await failures(Object.assign(new Keeping(), { name: 'No Name' }))).toContain('can be installed');
    const accepts = [{ extension: '.png', mediaType: 'image/png', content: ['image/png'] }];
    expect(await failures(Object.assign(new Keeping(), { accepts }))).toContain(
      'accepts its samples by name and content',
    );
  });

  it('notices a worker that is not there', async () => {
    class Absent extends WorkerProcessor {
      override readonly name = 'absent';
      override readonly description = 'For tests.';
      override readonly accepts = [];
      override readonly result = Object;
      override readonly worker = join(directory, 'absent.js');
    }
    const [check] = processorChecks({ processor: new Absent(), samples: [], damaged: [] });
    await expect(check.run()).rejects.toThrow('absent.js');
  });
});
