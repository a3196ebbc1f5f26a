import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runOnFile } from '../../../plugin-api/processor.harness';
import type { WordResult } from './word.result';
import { run } from './word.worker';

const directory = mkdtempSync(join(tmpdir(), 'word-worker-'));
const fixture = (name: string): string => join(__dirname, 'fixtures', name);
const doc = readFileSync(fixture('notes.doc'));

afterAll(() => rmSync(directory, { recursive: true }));

const failure = async (content: Uint8Array): Promise<unknown> => {
  const path = join(directory, 'file.doc');
  writeFileSync(path, content);
  return runOnFile(run, path).catch((error: unknown) => error);
};

/** A copy of `notes.doc` with some bytes changed. */
function changed(change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(doc);
  change(copy);
  return copy;
}

/** Where the main stream starts: it is in one piece. */
const MAIN = doc.indexOf(Buffer.from('eca5', 'hex'));
const SECTOR = 512;
/** The first sector of the allocation table, and the first of the directory. */
const FAT = (doc.readUInt32LE(76) + 1) * SECTOR;
const DIRECTORY_START = doc.readUInt32LE(48);

const BEGINNING = [
  'First paragraph with a note, and a link.',
  'Tab\tafter,',
  'line break; non\u2011breaking; naïve “quotes” – 日本語 😀 עברית Ελληνικά.',
  '',
  'A1\tB1 first',
  'B1 second',
  '\tB2',
  'Between tables.',
  'Only cell',
  'Anchor of a box.',
];

describe('a document with notes, tables, a text box, a header, a comment and a tracked deletion', () => {
  const stated: Partial<WordResult> = {
    processor: 'word',
    title: 'Notes — проба',
    author: 'Zoë Müller',
    created_at: '2024-03-01T10:00:00.000Z',
    modified_at: '2024-03-02T11:30:00.000Z',
    page_count: null,
    paragraph_count: 13,
    table_count: 2,
    word_count: 42,
  };

  it('is read from .docx', async () => {
    const { result, artifacts } = await runOnFile(run, fixture('notes.docx'));
    const text = artifacts.get('text.txt');
    expect(text?.contentType).toBe('text/plain; charset=utf-8');
    expect(text?.bytes.toString().split('\n')).toEqual([
      ...BEGINNING,
      'In a box.',
      '',
      'Last.',
      '\tA footnote.',
      '\tAn endnote.',
      '',
    ]);
    const declared: Omit<WordResult, 'processing_time'> = result;
    expect(declared).toEqual({ ...stated, format: 'docx', line_count: 15, char_count: 230 });
  });

  it('is read from .doc', async () => {
    const { result, artifacts } = await runOnFile(run, fixture('notes.doc'));
    expect(artifacts.get('text.txt')?.bytes.toString().trimEnd().split('\n')).toEqual([
      ...BEGINNING,
      'Last.',
      '\tA footnote.',
      '',
      '\tAn endnote.',
      '',
      'In a box.',
    ]);
    expect(result).toEqual({ ...stated, format: 'doc', line_count: 18, char_count: 233 });
  });

  it.each(['notes.docx', 'notes.doc'])('reports progress that grows, for %s', async (name) => {
    const { progress } = await runOnFile(run, fixture(name));
    expect(progress.length).toBeGreaterThan(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });
});

it('counts the words that docx2txt 1.4 counts, and the pages that the file states', async () => {
  expect((await runOnFile(run, fixture('report.docx'))).result).toMatchObject({
    page_count: 2,
    word_count: 537,
    paragraph_count: 24,
    table_count: 1,
  });
});

describe('.doc that cannot be read', () => {
  const rename = (to: string) => (copy: Buffer) => {
    const at = copy.indexOf(Buffer.from('WordDocument', 'utf16le'));
    copy.write(to.padEnd(32, '\0'), at, 'utf16le');
    copy.writeUInt16LE((to.length + 1) * 2, at + 64);
  };

  it.each([
    [
      'its own encryption',
      changed((copy) => copy.writeUInt16LE(copy.readUInt16LE(MAIN + 10) | 0x100, MAIN + 10)),
    ],
    ['an encrypted .docx inside', changed(rename('EncryptedPackage'))],
  ])('says so: %s', async (_what, content) => {
    expect(await failure(content)).toMatchObject({
      problem: { code: 'document_encrypted', status: 422 },
      message: 'The document cannot be opened without its password.',
    });
  });

  it.each([
    ['only a signature', doc.subarray(0, 8)],
    ['garbage after it', changed((copy) => copy.fill(0xab, 8))],
    ['garbage after the header', changed((copy) => copy.fill(0xab, SECTOR))],
    ['cut in the middle', doc.subarray(0, 6000)],
    ['another program', changed(rename('Workbook'))],
    ['Word 95', changed((copy) => copy.writeUInt16LE(0xa5dc, MAIN))],
    [
      'a directory that leads back into itself',
      changed((copy) => copy.writeUInt32LE(DIRECTORY_START, FAT + DIRECTORY_START * 4)),
    ],
    [
      'a tree that leads back into itself',
      changed((copy) => {
        const first = (DIRECTORY_START + 1) * SECTOR;
        copy.writeUInt32LE(copy.readUInt32LE(first + 76), first + 128 * copy.readUInt32LE(first + 76) + 72);
      }),
    ],
    ['no table of text', changed((copy) => copy.writeUInt32LE(0, MAIN + 0x1a6))],
    ['a table of text beyond its stream', changed((copy) => copy.writeUInt32LE(0x7fffffff, MAIN + 0x1a2))],
  ])('%s', async (_what, content) => {
    const error = await failure(content);
    expect(error).toMatchObject({ problem: { code: 'invalid_document', status: 422 } });
    expect(String(error)).not.toContain(directory);
  });

  it('says more text than the file can hold', async () => {
    const content = changed((copy) => copy.writeUInt32LE(0xffffffff, MAIN + 0x4c));
    expect(await failure(content)).toMatchObject({ problem: { code: 'document_too_complex' } });
  });

  it('never throws anything but an error of the file, whatever is damaged', async () => {
    let state = 1;
    const random = (n: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % n;
    const codes = new Set<unknown>();
    for (let round = 0; round < 400; round++) {
      const content = changed((copy) => {
        for (let times = 0; times < 20; times++) copy[random(copy.length)] = random(256);
      });
      const outcome = await failure(content);
      if (!(outcome instanceof Error)) codes.add('read');
      else codes.add('problem' in outcome ? (outcome.problem as { code: string }).code : outcome.stack);
    }
    const expected = new Set(['read', 'invalid_document', 'document_encrypted', 'document_too_complex']);
    expect([...codes].filter((code) => !expected.has(String(code)))).toEqual([]);
    expect(codes.size).toBeGreaterThan(1);
  });
});
