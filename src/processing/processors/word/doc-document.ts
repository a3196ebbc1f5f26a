import { readFileSync } from 'node:fs';

import { CompoundFile } from './compound-file';
import {
  DELETED,
  IN_TABLE,
  isSet,
  locateCharacterFormatting,
  locateParagraphFormatting,
  readFormatting,
  ROW_END,
  type FormattedRun,
} from './doc-formatting';
import { readPieces, type Piece } from './doc-pieces';
import { DocText } from './doc-text';
import { PlainTextWriter } from './plain-text-writer';
import { readSummary } from './property-set';
import type { StatedFacts } from './stated-facts';
import { DocumentEncrypted, DocumentTooComplex, InvalidDocument } from './word.errors';

const MIB = 1024 * 1024;
/** The file is held in memory, and its main stream a second time. */
const MAX_FILE_BYTES = 128 * MIB;
const MAX_TEXT_CHARS = 64 * MIB;

/** Beginning of the main stream, since Word 97 and before; and its flags ([MS-DOC], section 2.5.2). */
const WORD_97 = 0xa5ec;
const WORD_6 = 0xa5dc;
const ENCRYPTED = 0x0100;
const SECOND_TABLE = 0x0200;
const FIB_BYTES = 0x01aa;

/** Where the header says how long each part of the text is, in the order in which they are stored. */
const PARTS = [
  { lengthAt: 0x4c, isRead: true }, // body
  { lengthAt: 0x50, isRead: true }, // footnotes
  { lengthAt: 0x54, isRead: false }, // headers and footers
  { lengthAt: 0x5c, isRead: false }, // comments
  { lengthAt: 0x60, isRead: true }, // endnotes
  { lengthAt: 0x64, isRead: true }, // text boxes
];

/** Where the header says where in the table stream something is, and how long. */
const CHARACTER_FORMATTING = 0xfa;
const PARAGRAPH_FORMATTING = 0x102;
const TEXT_PIECES = 0x1a2;

/** Characters that are handed on at once. */
const STEP_CHARS = 64 * 1024;

/** A `.doc` of Word 97 to 2003 ([MS-DOC]): what it states, and its text as a stream. */
export class DocDocument {
  readonly format = 'doc' as const;
  readonly writer = new PlainTextWriter();
  private readonly handler = new DocText(this.writer);

  private constructor(
    private readonly main: Buffer,
    private readonly table: Buffer,
    private readonly pieces: readonly Piece[],
    readonly stated: StatedFacts,
  ) {}

  /** @throws InvalidDocument · DocumentEncrypted · DocumentTooComplex */
  static open(path: string, sizeBytes: number): DocDocument {
    if (sizeBytes > MAX_FILE_BYTES) {
      throw new DocumentTooComplex(`A document in this format may have ${MAX_FILE_BYTES} bytes at most.`);
    }
    const file = new CompoundFile(readFileSync(path));
    if (file.stream('EncryptedPackage')) throw new DocumentEncrypted();
    const main = file.stream('WordDocument');
    const magic = main && main.length >= 2 ? main.readUInt16LE(0) : 0;
    if (magic === WORD_6)
      throw new InvalidDocument('The document is of Word 95 or older, which is not read.');
    if (!main || magic !== WORD_97 || main.length < FIB_BYTES) {
      throw new InvalidDocument('The file holds no Word document.');
    }
    const flags = main.readUInt16LE(0x0a);
    if ((flags & ENCRYPTED) !== 0) throw new DocumentEncrypted();
    const table = file.stream((flags & SECOND_TABLE) === 0 ? '0Table' : '1Table');
    if (!table) throw new InvalidDocument('The document is damaged: its table of text is missing.');
    const pieces = readPieces(part(main, table, TEXT_PIECES));
    return new DocDocument(main, table, pieces, readSummary(file.stream('\u0005SummaryInformation')));
  }

  get tableCount(): number {
    return this.handler.tables;
  }

  /** Plain text in UTF-8. */
  async *text(progress: (fraction: number) => void): AsyncGenerator<Uint8Array> {
    const { main, table, writer } = this;
    const lengths = PARTS.map(({ lengthAt }) => main.readUInt32LE(lengthAt));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total > MAX_TEXT_CHARS) throw new DocumentTooComplex('The document has too much text.');
    const deletions = readFormatting(
      main,
      part(main, table, CHARACTER_FORMATTING),
      locateCharacterFormatting,
      [DELETED],
    );
    const tables = readFormatting(main, part(main, table, PARAGRAPH_FORMATTING), locateParagraphFormatting, [
      ROW_END,
      IN_TABLE,
    ]);
    let start = 0;
    for (const [index, { isRead }] of PARTS.entries()) {
      const end = start + lengths[index];
      for (const slice of isRead ? this.slices(start, end) : []) {
        this.write(slice, deletions, tables);
        yield writer.take();
        progress(slice.end / total);
      }
      this.handler.endPart();
      yield writer.take();
      start = end;
    }
  }

  close(): void {
    // Nothing is open: the file was read at once.
  }

  /** The pieces that make up a range of the text, cut to it and into steps. */
  private *slices(from: number, to: number): Generator<Piece> {
    for (const piece of this.pieces) {
      const end = Math.min(piece.end, to);
      for (let start = Math.max(piece.start, from); start < end; start += STEP_CHARS) {
        const offset = piece.offset + (start - piece.start) * piece.bytesPerChar;
        yield { ...piece, start, end: Math.min(end, start + STEP_CHARS), offset };
      }
    }
  }

  private write(piece: Piece, deletions: readonly FormattedRun[], tables: readonly FormattedRun[]): void {
    const { offset, bytesPerChar } = piece;
    const bytes = this.main.subarray(offset, offset + (piece.end - piece.start) * bytesPerChar);
    if (bytes.length < (piece.end - piece.start) * bytesPerChar) {
      throw new InvalidDocument('The document is cut off: a part of its text is missing.');
    }
    const text = bytesPerChar === 1 ? windows1252.decode(bytes) : bytes.toString('utf16le');
    const at = (index: number) => offset + index * bytesPerChar;
    this.handler.write(text, {
      isDeleted: (index) => deletions.length > 0 && isSet(deletions, at(index), DELETED),
      isRowEnd: (index) => isSet(tables, at(index), ROW_END),
      isInTable: (index) => isSet(tables, at(index), IN_TABLE),
    });
  }
}

const windows1252 = new TextDecoder('windows-1252');

/** What the header points to in the table stream. */
function part(main: Buffer, table: Buffer, at: number): Buffer {
  const start = main.readUInt32LE(at);
  return table.subarray(start, start + main.readUInt32LE(at + 4));
}
