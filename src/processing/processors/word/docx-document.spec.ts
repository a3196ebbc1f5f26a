import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

import { runOnFile } from '../../../plugin-api/processor.harness';
import { run } from './word.worker';

const MIB = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'docx-document-'));

afterAll(() => rmSync(directory, { recursive: true }));

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  /** What the archive says that the part unpacks to; the truth when it is left out. */
  readonly says?: number;
}

function zip(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directoryEntries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, says } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(says ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = [Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed];
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directoryEntries.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, Buffer.from(name));
    bodies.push(...local);
    offset += local.reduce((sum, piece) => sum + piece.length, 0);
  }
  const size = directoryEntries.reduce((sum, piece) => sum + piece.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directoryEntries, end]);
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const body = (content: string, head = ''): string =>
  `<?xml version="1.0"?>${head}<w:document ${W}><w:body>${content}</w:body></w:document>`;
const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const main = (content: string | Buffer, says?: number): Part => ({
  name: 'word/document.xml',
  content,
  says,
});

function read(content: Uint8Array) {
  const path = join(directory, 'file.docx');
  writeFileSync(path, content);
  return runOnFile(run, path);
}

const failure = (content: Uint8Array): Promise<unknown> => read(content).catch((error: unknown) => error);

async function textOf(part: string | Buffer): Promise<string | undefined> {
  return (await read(zip([main(part)]))).artifacts.get('text.txt')?.bytes.toString();
}

describe('text', () => {
  it.each([
    ['paragraphs', `${paragraph('one')}${paragraph('two')}`, 'one\ntwo\n'],
    ['white space at the edges', '<w:p><w:r><w:t xml:space="preserve"> a </w:t></w:r></w:p>', ' a \n'],
    ['the five entities and numbers', paragraph('&lt;&amp;&gt;&quot;&apos;&#233;&#x1F600;'), '<&>"\'é😀\n'],
    ['CDATA', paragraph('<![CDATA[<b>]]>'), '<b>\n'],
    [
      'tabs and breaks',
      '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>',
      'a\tb\nc\n',
    ],
    [
      'no tab stops',
      '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>',
      'a\n',
    ],
    [
      'no tracked deletions',
      '<w:p><w:del><w:r><w:delText>a</w:delText><w:tab/></w:r></w:del><w:ins><w:r><w:t>b</w:t></w:r></w:ins></w:p>',
      'b\n',
    ],
    [
      'no text that was moved away',
      '<w:p><w:moveFrom><w:r><w:t>a</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>b</w:t></w:r></w:moveTo></w:p>',
      'b\n',
    ],
    ['no field codes', '<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>3</w:t></w:r></w:p>', '3\n'],
    [
      'one of two alternatives',
      '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent><mc:Choice><w:r><w:t>a</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>b</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>',
      'a\n',
    ],
    [
      'formulas',
      '<w:p><m:t xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">x=1</m:t></w:p>',
      'x=1\n',
    ],
    ['no text of another vocabulary', '<w:p><a:t xmlns:a="urn:other">x</a:t></w:p>', '\n'],
    [
      'a table in a table',
      '<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>in</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc><w:tc><w:p><w:r><w:t>out</w:t></w:r></w:p></w:tc></w:tr></w:tbl>',
      '\tin\n\tout\n',
    ],
  ])('has %s', async (_what, content, expected) => {
    expect(await textOf(body(content))).toBe(expected);
  });

  it('does not depend on prefixes', async () => {
    const namespace = W.replace('xmlns:w', 'xmlns');
    expect(await textOf(`<document ${namespace}><body><p><r><t>a</t></r></p></body></document>`)).toBe('a\n');
  });

  it.each([
    ['UTF-16, little end first', Buffer.from(`\ufeff${body(paragraph('é😀'))}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${body(paragraph('é😀'))}`, 'utf16le').swap16()],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${body(paragraph('é😀'))}`)],
  ])('is read in %s', async (_what, content) => {
    expect(await textOf(content)).toBe('é😀\n');
  });

  it('comes from the part that the relationships name', async () => {
    const target = (type: string, name: string) =>
      `<Relationships xmlns="urn:r"><Relationship Id="a" Type="urn:x/${type}" Target="${name}"/></Relationships>`;
    const content = zip([
      { name: '_rels/.rels', content: target('officeDocument', '/a/main.xml') },
      { name: 'a/_rels/main.xml.rels', content: target('footnotes', '../b/notes.xml') },
      { name: 'a/main.xml', content: body(paragraph('main')) },
      {
        name: 'b/notes.xml',
        content: `<w:footnotes ${W}><w:footnote w:type="separator">${paragraph('-')}</w:footnote><w:footnote>${paragraph('note')}</w:footnote></w:footnotes>`,
      },
    ]);
    expect((await read(content)).artifacts.get('text.txt')?.bytes.toString()).toBe('main\nnote\n');
  });
});

describe('damage', () => {
  const whole = zip([main(body(paragraph('text '.repeat(1000))))]);

  it.each([
    ['no archive', Buffer.from('PK\x03\x04 and then nothing of the kind')],
    ['nothing', Buffer.alloc(0)],
    ['a cut archive', whole.subarray(0, whole.length - 30)],
    ['a byte that was changed', Buffer.from(whole.map((byte, index) => (index === 60 ? byte ^ 0x55 : byte)))],
    ['another archive', zip([{ name: 'a.txt', content: 'a' }])],
    ['a spreadsheet', zip([main('<workbook xmlns="urn:sheet"/>')])],
    ['a name that leads out of the archive', zip([{ name: '../../x', content: 'a' }, main(body(''))])],
    ['XML that is cut', zip([main(body('a').slice(0, -5))])],
    ['XML that is none', zip([main('{}')])],
    [
      'bytes that are no UTF-8',
      zip([main(Buffer.concat([Buffer.from(body('').slice(0, 30)), Buffer.of(0xff)]))]),
    ],
  ])('%s fails for good', async (_what, content) => {
    const error = await failure(content);
    expect(error).toMatchObject({ problem: { code: 'invalid_document', status: 422 } });
    expect(String(error)).not.toContain(directory);
  });
});

describe('hostile files', () => {
  it.each([
    [
      'billion laughs',
      `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]>`,
      '&c;',
    ],
    ['a file named as an entity', '<!DOCTYPE d [<!ENTITY c SYSTEM "file:///etc/hostname">]>', '&c;'],
    ['a document type alone', '<!DOCTYPE d SYSTEM "http://127.0.0.1/d.dtd">', 'a'],
    ['an entity that is not declared', '', '&c;'],
  ])('%s is refused', async (_what, head, text) => {
    const content = zip([main(body(paragraph(text), head))]);
    expect(await failure(content)).toMatchObject({ problem: { code: 'invalid_document' } });
  });

  it('a bomb is stopped on real bytes, in bounded memory', async () => {
    const start = Buffer.from(body('').slice(0, -22));
    const bomb = zip([main(Buffer.concat([start, Buffer.alloc(300 * MIB, paragraph('a'.repeat(5000)))]))]);
    expect(bomb.length).toBeLessThan(2 * MIB);
    const before = process.memoryUsage.rss();
    expect(await failure(bomb)).toMatchObject({ problem: { code: 'document_too_complex' } });
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * MIB);
  });

  it.each([1, 100, 0xfffffffe])('a size that lies (%i) is found out', async (says) => {
    const content = zip([main(body(paragraph('text '.repeat(100_000))), says)]);
    expect(await failure(content)).toMatchObject({ problem: { code: 'invalid_document' } });
  });

  it.each([
    ['nested too deeply', body('<w:p>'.repeat(1_000_000))],
    [
      'with too many attributes',
      `<w:document ${W} ${Array.from({ length: 2000 }, (_, i) => `a${i}="b"`).join(' ')}/>`,
    ],
  ])('%s is refused', async (_what, content) => {
    expect(await failure(zip([main(content)]))).toMatchObject({ problem: { code: 'document_too_complex' } });
  });

  it('more entries than a document has are refused', async () => {
    const entries = Array.from({ length: 10_001 }, (_, index) => ({ name: `a${index}`, content: '' }));
    expect(await failure(zip(entries))).toMatchObject({ problem: { code: 'document_too_complex' } });
  });
});
