import type { PlainTextWriter } from './plain-text-writer';

/** What the formatting says of a character, by its index in the text that is written. */
export interface Formatting {
  readonly isDeleted: (index: number) => boolean;
  /** Asked of characters that end a paragraph or a cell. */
  readonly isRowEnd: (index: number) => boolean;
  readonly isInTable: (index: number) => boolean;
}

/** Characters with a meaning of their own ([MS-DOC], section 2.4.1 and the properties that make them special). */
const CELL_END = 0x07;
const LINE_BREAK = 0x0b;
const PAGE_BREAK = 0x0c;
const PARAGRAPH_END = 0x0d;
const COLUMN_BREAK = 0x0e;
const FIELD_START = 0x13;
const FIELD_RESULT = 0x14;
const FIELD_END = 0x15;
const NO_BREAK_HYPHEN = 0x1e;
const TAB = 0x09;

/** Turns the characters of a binary Word document into plain text. What a field is made of is left out. */
export class DocText {
  /** Stretches of paragraphs in tables. */
  tables = 0;
  private wasInTable = false;
  /** The fields that are open: whether their result has begun. */
  private fields: boolean[] = [];
  private hidden = 0;

  constructor(private readonly writer: PlainTextWriter) {}

  write(text: string, formatting: Formatting): void {
    let plainFrom = 0;
    const flush = (to: number) => {
      if (to > plainFrom && this.hidden === 0) this.writer.text(text.slice(plainFrom, to));
      plainFrom = to + 1;
    };
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      const isDeleted = formatting.isDeleted(index);
      if (!isDeleted && (code >= 0x20 || code === TAB)) continue;
      flush(index);
      if (!isDeleted) this.special(code, index, formatting);
    }
    flush(text.length);
  }

  /** A field that was not ended does not reach into the next part. */
  endPart(): void {
    this.writer.endPart();
    this.fields = [];
    this.hidden = 0;
    this.wasInTable = false;
  }

  private special(code: number, index: number, formatting: Formatting): void {
    if (code === FIELD_START || code === FIELD_RESULT || code === FIELD_END) this.field(code);
    else if (this.hidden > 0) return;
    else if (code === CELL_END || code === PARAGRAPH_END) this.endParagraph(code, index, formatting);
    else if (code === LINE_BREAK || code === COLUMN_BREAK) this.writer.lineBreak();
    else if (code === PAGE_BREAK) this.writer.endParagraph();
    else if (code === NO_BREAK_HYPHEN) this.writer.text('\u2011');
  }

  private field(code: number): void {
    if (code === FIELD_START) {
      this.fields.push(false);
      this.hidden++;
    } else if (code === FIELD_RESULT && this.fields.at(-1) === false) {
      this.fields[this.fields.length - 1] = true;
      this.hidden--;
    } else if (code === FIELD_END && this.fields.pop() === false) {
      this.hidden--;
    }
  }

  private endParagraph(code: number, index: number, formatting: Formatting): void {
    const isInTable = code === CELL_END || formatting.isInTable(index);
    if (isInTable && !this.wasInTable) this.tables++;
    this.wasInTable = isInTable;
    if (code === CELL_END && formatting.isRowEnd(index)) return this.writer.endRow();
    this.writer.endParagraph();
    if (code === CELL_END) this.writer.endCell();
  }
}
