import type { SaxesTagNS } from 'saxes';

import type { PlainTextWriter } from './plain-text-writer';
import { InvalidDocument } from './word.errors';
import type { XmlHandler } from './xml-events';

/** WordprocessingML, as Word writes it and in its strict form. */
const WORD = new Set([
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main',
  'http://purl.oclc.org/ooxml/wordprocessingml/main',
]);
const MATH = new Set([
  'http://schemas.openxmlformats.org/officeDocument/2006/math',
  'http://purl.oclc.org/ooxml/officeDocument/math',
]);
const COMPATIBILITY = 'http://schemas.openxmlformats.org/markup-compatibility/2006';

/** Properties (they hold tab stops), what a tracked change took away, and readings above characters. */
const SKIPPED = new Set(['pPr', 'rPr', 'del', 'moveFrom', 'rt']);

const ROOTS = new Set(['document', 'footnotes', 'endnotes']);

/** Turns the events of a document part, or of one with notes, into plain text. */
export class DocxText implements XmlHandler {
  /** Tables that are not inside another. */
  tables = 0;
  private depth = 0;
  private skipping = 0;
  private tableDepth = 0;
  private inText = false;

  constructor(private readonly writer: PlainTextWriter) {}

  readonly open = (tag: SaxesTagNS): void => {
    if (this.depth++ === 0 && !(WORD.has(tag.uri) && ROOTS.has(tag.local))) {
      throw new InvalidDocument(
        `The document has '${tag.local.slice(0, 40)}' for content, not that of Word.`,
      );
    }
    if (this.skipping > 0 || isSkipped(tag)) this.skipping++;
    else if (WORD.has(tag.uri)) this.openWord(tag.local);
    else if (MATH.has(tag.uri) && tag.local === 't') this.inText = true;
  };

  readonly close = (tag: SaxesTagNS): void => {
    this.depth--;
    this.inText = false;
    if (this.skipping > 0) this.skipping--;
    else if (WORD.has(tag.uri)) this.closeWord(tag.local);
  };

  readonly text = (text: string): void => {
    if (this.inText) this.writer.text(text);
  };

  private openWord(name: string): void {
    if (name === 't') this.inText = true;
    else if (name === 'tab' || name === 'ptab') this.writer.text('\t');
    else if (name === 'br' || name === 'cr') this.writer.lineBreak();
    else if (name === 'noBreakHyphen') this.writer.text('\u2011');
    else if (name === 'txbxContent') this.writer.startAside();
    else if (name === 'tbl' && this.tableDepth++ === 0) this.tables++;
  }

  private closeWord(name: string): void {
    if (name === 'p') this.writer.endParagraph();
    else if (name === 'tc') this.writer.endCell();
    else if (name === 'tr') this.writer.endRow();
    else if (name === 'tbl') this.tableDepth--;
    else if (name === 'txbxContent') this.writer.endAside();
  }
}

function isSkipped({ uri, local, attributes }: SaxesTagNS): boolean {
  if (uri === COMPATIBILITY) return local === 'Fallback';
  if (!WORD.has(uri)) return false;
  const isSeparator =
    (local === 'footnote' || local === 'endnote') && isOfType(attributes, /eparator|Notice/);
  return SKIPPED.has(local) || isSeparator;
}

/** By the `type` attribute, whatever prefix the file uses. */
function isOfType(attributes: SaxesTagNS['attributes'], type: RegExp): boolean {
  return Object.values(attributes).some(({ local, value }) => local === 'type' && type.test(value));
}
