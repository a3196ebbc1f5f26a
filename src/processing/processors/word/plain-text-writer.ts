import { TextTally } from '../../../plugin-api/text-tally';

/** Lone surrogates, and what no document format allows in text. */
// oxlint-disable-next-line no-control-regex -- these are what is meant
const UNWANTED = /[\0-\x08\x0a-\x1f\x7f\ufffe\uffff]/g;

/**
 * Builds plain text from what a document holds: a paragraph a line, the cells of a table row with tabs between.
 * What is finished can be taken away at any time, so that the whole is never in memory.
 */
export class PlainTextWriter {
  readonly tally = new TextTally();
  /** Paragraphs with something other than white space. */
  paragraphs = 0;
  private parts: string[] = [];
  /** Ends what was written last; a cell or a row that ends at the same place replaces it. */
  private ending = '';
  private paragraphHasText = false;
  private readonly around: boolean[] = [];

  text(text: string): void {
    const clean = text.replaceAll(UNWANTED, '').toWellFormed();
    if (clean === '') return;
    this.flushEnding();
    this.parts.push(clean);
    this.paragraphHasText ||= clean.trim() !== '';
  }

  endParagraph(): void {
    this.flushEnding();
    this.ending = '\n';
    if (this.paragraphHasText) this.paragraphs++;
    this.paragraphHasText = false;
  }

  lineBreak(): void {
    this.flushEnding();
    this.parts.push('\n');
  }

  /** What follows, up to {@link endAside}, are paragraphs that stand inside the one that is open. */
  startAside(): void {
    if (this.paragraphHasText) this.lineBreak();
    this.around.push(this.paragraphHasText);
    this.paragraphHasText = false;
  }

  endAside(): void {
    this.paragraphHasText = this.around.pop() ?? false;
  }

  /** After the end of the last paragraph of the cell. */
  endCell(): void {
    this.ending = '\t';
  }

  /** After the end of the last cell of the row. */
  endRow(): void {
    this.ending = '\n';
  }

  /** Ends a paragraph that is open, as at the end of a part. */
  endPart(): void {
    if (this.paragraphHasText) this.endParagraph();
    this.flushEnding();
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const text = this.parts.join('');
    this.parts = [];
    this.tally.add(text);
    return Buffer.from(text);
  }

  private flushEnding(): void {
    if (this.ending !== '') this.parts.push(this.ending);
    this.ending = '';
  }
}
