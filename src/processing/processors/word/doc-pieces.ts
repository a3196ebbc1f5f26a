import { InvalidDocument } from './word.errors';

/** A stretch of text that is stored in one place and one encoding ([MS-DOC], section 2.9.177). */
export interface Piece {
  /** Position in the text of its first character, and of that after the last. */
  readonly start: number;
  readonly end: number;
  /** Of its first character in the main stream. */
  readonly offset: number;
  /** One byte is Windows-1252, two are UTF-16. */
  readonly bytesPerChar: 1 | 2;
}

/** Bit of a file position that says one byte a character; the position is doubled then. */
const COMPRESSED = 0x40000000;
const FORMATTING_BLOCK = 1;
const PIECE_TABLE = 2;

/**
 * Reads the piece table, in the order of the text.
 *
 * @param clx - Blocks of formatting, then the table ([MS-DOC], section 2.9.38).
 * @throws InvalidDocument
 */
export function readPieces(clx: Buffer): Piece[] {
  let at = 0;
  while (clx.length > at + 3 && clx[at] === FORMATTING_BLOCK) at += 3 + clx.readUInt16LE(at + 1);
  if (clx.length < at + 5 || clx[at] !== PIECE_TABLE) throw noText();
  const table = clx.subarray(at + 5, at + 5 + clx.readUInt32LE(at + 1));
  const count = Math.floor((table.length - 4) / 12);
  if (count < 1) throw noText();
  const pieces = Array.from({ length: count }, (_, index) => readPiece(table, count, index));
  if (pieces.some(({ start, end }) => end < start)) throw noText();
  return pieces;
}

function readPiece(table: Buffer, count: number, index: number): Piece {
  const start = table.readUInt32LE(index * 4);
  const end = table.readUInt32LE(index * 4 + 4);
  const position = table.readUInt32LE((count + 1) * 4 + index * 8 + 2);
  const offset = position & 0x3fffffff;
  return (position & COMPRESSED) === 0
    ? { start, end, offset, bytesPerChar: 2 }
    : { start, end, offset: offset >>> 1, bytesPerChar: 1 };
}

const noText = () => new InvalidDocument('The document is damaged: its table of text is missing.');
