import { DocxText } from './docx-text';
import { PlainTextWriter } from './plain-text-writer';
import { InvalidDocument } from './word.errors';
import { pageCount, statedText, timestamp, type StatedFacts } from './stated-facts';
import { parseXml, type XmlHandler } from './xml-events';
import { ZipPackage } from './zip-package';

/** Parts that are read, by how the type of the relationship that leads there ends. */
const MAIN = '/officeDocument';
const CORE = '/metadata/core-properties';
const EXTENDED = '/extended-properties';
const NOTES = ['/footnotes', '/endnotes'];

/** A `.docx` (ECMA-376): what it states, and its text as a stream of parts. */
export class DocxDocument {
  readonly format = 'docx' as const;
  readonly writer = new PlainTextWriter();
  private readonly content = new Map<string, DocxText>();

  private constructor(
    private readonly zip: ZipPackage,
    /** The main part, and those with notes. */
    private readonly parts: readonly string[],
    readonly stated: StatedFacts,
  ) {}

  /** @throws InvalidDocument · DocumentEncrypted · DocumentTooComplex */
  static async open(path: string): Promise<DocxDocument> {
    const zip = await ZipPackage.open(path);
    try {
      const top = await relationships(zip, '_rels/.rels', '');
      const main = top.get(MAIN) ?? 'word/document.xml';
      if (!zip.has(main)) throw new InvalidDocument('The file is a ZIP archive, but not of a Word document.');
      const { directory, name } = split(main);
      const related = await relationships(zip, `${directory}_rels/${name}.rels`, directory);
      const notes = NOTES.flatMap((type) => related.get(type) ?? []);
      const stated = await readStated(zip, top.get(CORE), top.get(EXTENDED));
      return new DocxDocument(zip, [main, ...notes], stated);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  get tableCount(): number {
    return [...this.content.values()].reduce((sum, { tables }) => sum + tables, 0);
  }

  /** Plain text in UTF-8. */
  async *text(progress: (fraction: number) => void): AsyncGenerator<Uint8Array> {
    const total = this.parts.reduce((sum, part) => sum + this.zip.statedSize(part), 0);
    const report = { done: 0, total, progress };
    for (const part of this.parts) {
      const handler = new DocxText(this.writer);
      this.content.set(part, handler);
      for await (const _ of parseXml(counted(this.zip.read(part), report), handler)) yield this.writer.take();
      this.writer.endPart();
      yield this.writer.take();
    }
  }

  close(): void {
    this.zip.close();
  }
}

interface Report {
  done: number;
  readonly total: number;
  readonly progress: (fraction: number) => void;
}

async function* counted(bytes: AsyncIterable<Buffer>, report: Report): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    yield chunk;
    report.done += chunk.length;
    report.progress(Math.min(1, report.done / report.total));
  }
}

/** Targets inside the package, by the end of the type; the first of a type. */
async function relationships(zip: ZipPackage, name: string, base: string): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  await consume(zip, name, {
    open: ({ local, attributes }) => {
      if (local !== 'Relationship' || attributes.TargetMode?.value === 'External') return;
      const type = attributes.Type?.value ?? '';
      const target = attributes.Target?.value ?? '';
      const ending = [MAIN, CORE, EXTENDED, ...NOTES].find((end) => type.endsWith(end));
      if (ending && !targets.has(ending)) targets.set(ending, resolveTarget(base, target));
    },
  });
  return targets;
}

/** A name in the package, never a path of the file system: what is not in the archive is not found. */
function resolveTarget(base: string, target: string): string {
  const from = `package:///${base}`;
  return URL.canParse(target, from) ? new URL(target, from).pathname.slice(1) : '';
}

function split(name: string): { directory: string; name: string } {
  const at = name.lastIndexOf('/') + 1;
  return { directory: name.slice(0, at), name: name.slice(at) };
}

async function readStated(zip: ZipPackage, core = '', extended = ''): Promise<StatedFacts> {
  const facts = { ...(await leafTexts(zip, core)), ...(await leafTexts(zip, extended)) };
  return {
    title: statedText(facts.title),
    author: statedText(facts.creator),
    createdAt: timestamp(facts.created),
    modifiedAt: timestamp(facts.modified),
    pageCount: pageCount(Number(facts.Pages)),
  };
}

/** Text of the elements that are wanted, by local name; the first of each. */
async function leafTexts(zip: ZipPackage, name: string): Promise<Record<string, string | undefined>> {
  const wanted = new Set(['title', 'creator', 'created', 'modified', 'Pages']);
  const found: Record<string, string | undefined> = {};
  let text = '';
  await consume(zip, name, {
    open: () => (text = ''),
    text: (more) => (text += more),
    close: ({ local }) => {
      if (wanted.has(local)) found[local] ??= text;
    },
  });
  return found;
}

async function consume(zip: ZipPackage, name: string, handler: XmlHandler): Promise<void> {
  if (!zip.has(name)) return;
  for await (const _ of parseXml(zip.read(name), handler));
}
