import sharp from 'sharp';

import type { ProcessorFunction, ProcessorInput } from '../../../plugin-api/processor';
import { cleanPageText } from './page-text';
import { parsePdfDate } from './pdf-date';
import { PdfDocument } from './pdf-document';
import { InvalidPdf, PdfTooComplex, TooManyPages } from './pdf.errors';
import { startPdfium, trapped } from './pdfium';
import { TextTally } from '../../../plugin-api/text-tally';

const MIB = 1024 * 1024;

const MAX_PAGES = 5000;
/** Of PDFium: the file, what it unpacks to, and the picture. */
const MAX_MEMORY_BYTES = 512 * MIB;
const MAX_TEXT_CHARS = 64 * MIB;
/** Of a stated title and the like, in code points. */
const MAX_INFO_CHARS = 1024;
/** Longer side of the picture, in pixels. */
const PICTURE_SIDE = 1200;

/**
 * Reads a PDF page by page: text to the artifact `text.txt` (UTF-8, a form feed between pages), a picture of the
 * first page to `page-1.webp`.
 *
 * @throws InvalidPdf · PdfEncrypted · TooManyPages · PdfTooComplex
 */
export const run = ((input) =>
  trapped(async () => {
    const pdfium = await startPdfium(MAX_MEMORY_BYTES);
    const document = PdfDocument.open(pdfium, input.path, input.sizeBytes);
    const { pageCount } = document;
    if (pageCount < 1) throw new InvalidPdf('The PDF has no page that can be found.');
    if (pageCount > MAX_PAGES) throw new TooManyPages(pageCount, MAX_PAGES);
    const description = describe(document);
    await addPicture(document, input);
    const { lines, words, chars, wordsPerPage } = await addText(document, input);
    return {
      processor: 'pdf' as const,
      page_count: pageCount,
      ...description,
      has_text_layer: words > 0,
      line_count: lines,
      word_count: words,
      char_count: chars,
      words_per_page: wordsPerPage,
    };
  })) satisfies ProcessorFunction;

function describe(document: PdfDocument) {
  const info = (key: string): string | null => {
    const text = document.info(key).replaceAll('\0', '').trim();
    return text === '' ? null : Array.from(text).slice(0, MAX_INFO_CHARS).join('');
  };
  return {
    pdf_version: document.version,
    encrypted: document.isEncrypted,
    repaired: document.isRepaired,
    title: info('Title'),
    author: info('Author'),
    subject: info('Subject'),
    creator: info('Creator'),
    producer: info('Producer'),
    created_at: parsePdfDate(document.info('CreationDate')),
    modified_at: parsePdfDate(document.info('ModDate')),
  };
}

async function addPicture(document: PdfDocument, { artifact }: ProcessorInput): Promise<void> {
  const picture = document.draw(0, PICTURE_SIDE);
  if (!picture) return;
  const { width, height, pixels } = picture;
  const webp = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .webp()
    .toBuffer();
  await artifact('page-1.webp', 'image/webp', webp);
}

async function addText(document: PdfDocument, { artifact, progress }: ProcessorInput) {
  const { pageCount } = document;
  const tally = new TextTally();
  const wordsPerPage: number[] = [];
  async function* pages(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < pageCount; index++) {
      const before = tally.words;
      const text = (index > 0 ? '\f' : '') + cleanPageText(document.text(index));
      tally.add(text);
      if (tally.chars > MAX_TEXT_CHARS) {
        throw new PdfTooComplex(`The PDF holds more than ${MAX_TEXT_CHARS} characters of text.`);
      }
      wordsPerPage.push(tally.words - before);
      yield Buffer.from(text);
      progress((index + 1) / pageCount);
    }
  }
  await artifact('text.txt', 'text/plain; charset=utf-8', pages());
  return { lines: tally.lines, words: tally.words, chars: tally.chars, wordsPerPage };
}
