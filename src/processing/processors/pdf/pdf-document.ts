import { closeSync, openSync, readSync } from 'node:fs';

import { InvalidPdf, PdfEncrypted, PdfTooComplex } from './pdf.errors';
import type { Pdfium } from './pdfium';

/** FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of fpdfview.h. */
const NEEDS_PASSWORD = 4;
const UNKNOWN_ENCRYPTION = 5;

/** FPDFBitmap_BGRA, FPDF_ANNOT and FPDF_REVERSE_BYTE_ORDER (RGBA instead of BGRA) of fpdfview.h. */
const BITMAP_BGRA = 4;
const RENDER_FLAGS = 0x01 | 0x10;
const WHITE = 0xffffffff;

/** How far from the end of a file readers look for its end marker. */
const TRAILER_BYTES = 1024;

export interface PagePicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, opaque; a copy. */
  readonly pixels: Uint8Array;
}

/**
 * A PDF in PDFium's memory; both are given up together. Nothing in it is ever run or followed: there is no form
 * environment, so no script and no action, and attachments are not looked at.
 */
export class PdfDocument {
  private constructor(
    private readonly pdfium: Pdfium,
    private readonly handle: number,
  ) {}

  /** @throws InvalidPdf · PdfEncrypted · PdfTooComplex when the file does not fit into the memory */
  static open(pdfium: Pdfium, path: string, sizeBytes: number): PdfDocument {
    const address = pdfium.call.malloc(sizeBytes + 1);
    if (address === 0) throw new PdfTooComplex('The PDF is larger than the memory that it may take.');
    readInto(pdfium.bytes().subarray(address, address + sizeBytes), path);
    const trailer = pdfium
      .bytes()
      .slice(address + Math.max(0, sizeBytes - TRAILER_BYTES), address + sizeBytes);
    const handle = pdfium.call.FPDF_LoadMemDocument(address, sizeBytes, 0);
    if (handle === 0) throw whyNotLoaded(pdfium.call.FPDF_GetLastError());
    const document = new PdfDocument(pdfium, handle);
    if (document.isRepaired && !Buffer.from(trailer).includes('%%EOF')) {
      throw new InvalidPdf('The PDF is cut off: its end is missing.');
    }
    return document;
  }

  /** As the file states; it need not be true. */
  get pageCount(): number {
    return this.pdfium.call.FPDF_GetPageCount(this.handle);
  }

  /** Of the format, as the file states it: `1.7`. */
  get version(): string | null {
    return this.withMemory(4, (address) => {
      const found = this.pdfium.call.FPDF_GetFileVersion(this.handle, address);
      const version = this.view(address, 4).getInt32(0, true);
      return found ? `${Math.trunc(version / 10)}.${version % 10}` : null;
    });
  }

  get isEncrypted(): boolean {
    return this.pdfium.call.FPDF_GetSecurityHandlerRevision(this.handle) !== -1;
  }

  /** Whether the cross-reference table had to be made anew from what was found. */
  get isRepaired(): boolean {
    return this.pdfium.call.FPDF_DocumentHasValidCrossReferenceTable(this.handle) === 0;
  }

  /** An entry of the document information dictionary, `''` when it is not there: `Title`, `CreationDate`. */
  info(key: string): string {
    const { FPDF_GetMetaText } = this.pdfium.call;
    return this.withMemory(key.length + 1, (keyAddress) => {
      this.pdfium.bytes().set(Buffer.from(`${key}\0`, 'latin1'), keyAddress);
      const length = FPDF_GetMetaText(this.handle, keyAddress, 0, 0);
      return this.withMemory(length, (address) => {
        FPDF_GetMetaText(this.handle, keyAddress, address, length);
        return this.utf16(address, length - 2);
      });
    });
  }

  /**
   * Text of a page as PDFium orders it.
   *
   * @param index - From 0.
   * @throws InvalidPdf when there is no such page
   */
  text(index: number): string {
    const { FPDFText_LoadPage, FPDFText_ClosePage, FPDFText_CountChars, FPDFText_GetText } = this.pdfium.call;
    return this.withPage(index, (page) => {
      const text = FPDFText_LoadPage(page);
      if (text === 0) throw unreadable(index);
      const count = FPDFText_CountChars(text);
      const result = this.withMemory((count + 1) * 2, (address) => {
        const written = FPDFText_GetText(text, 0, count, address);
        return this.utf16(address, (written - 1) * 2);
      });
      FPDFText_ClosePage(text);
      return result;
    });
  }

  /**
   * Draws a page on white, as large as fits into a square.
   *
   * @returns null for a page without an area
   * @throws InvalidPdf when there is no such page
   */
  draw(index: number, side: number): PagePicture | null {
    const { FPDF_GetPageWidthF, FPDF_GetPageHeightF, FPDF_RenderPageBitmap } = this.pdfium.call;
    const { FPDFBitmap_CreateEx, FPDFBitmap_FillRect, FPDFBitmap_Destroy } = this.pdfium.call;
    return this.withPage(index, (page) => {
      const size = fit(FPDF_GetPageWidthF(page), FPDF_GetPageHeightF(page), side);
      if (!size) return null;
      const { width, height } = size;
      const length = width * height * 4;
      return this.withMemory(length, (address) => {
        const bitmap = FPDFBitmap_CreateEx(width, height, BITMAP_BGRA, address, width * 4);
        FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
        FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, RENDER_FLAGS);
        FPDFBitmap_Destroy(bitmap);
        return { width, height, pixels: this.pdfium.bytes().slice(address, address + length) };
      });
    });
  }

  /** A failure in between ends the run, and with it PDFium's memory: nothing needs a `finally`. */
  private withPage<T>(index: number, use: (page: number) => T): T {
    const page = this.pdfium.call.FPDF_LoadPage(this.handle, index);
    if (page === 0) throw unreadable(index);
    const result = use(page);
    this.pdfium.call.FPDF_ClosePage(page);
    return result;
  }

  private withMemory<T>(length: number, use: (address: number) => T): T {
    const address = this.pdfium.call.malloc(Math.max(1, length));
    if (address === 0) throw new PdfTooComplex('Reading the PDF takes more memory than is allowed.');
    const result = use(address);
    this.pdfium.call.free(address);
    return result;
  }

  private view(address: number, length: number): DataView {
    const { buffer, byteOffset } = this.pdfium.bytes();
    return new DataView(buffer, byteOffset + address, length);
  }

  /** Lone surrogates become U+FFFD. */
  private utf16(address: number, length: number): string {
    if (length <= 0) return '';
    return new TextDecoder('utf-16le').decode(this.pdfium.bytes().subarray(address, address + length));
  }
}

function readInto(memory: Uint8Array, path: string): void {
  const file = openSync(path, 'r');
  try {
    let filled = 0;
    while (filled < memory.length) {
      const read = readSync(file, memory, filled, memory.length - filled, null);
      if (read === 0) throw new Error('The file is shorter than was said.');
      filled += read;
    }
  } finally {
    closeSync(file);
  }
}

function whyNotLoaded(code: number): InvalidPdf | PdfEncrypted {
  if (code === NEEDS_PASSWORD) return new PdfEncrypted('The PDF cannot be opened without its password.');
  if (code === UNKNOWN_ENCRYPTION) {
    return new PdfEncrypted('The PDF is encrypted in a way that is not supported.');
  }
  return new InvalidPdf('The file is no PDF, or is damaged beyond repair.');
}

function unreadable(index: number): InvalidPdf {
  return new InvalidPdf(`Page ${index + 1} of the PDF is missing or damaged.`, { page: index + 1 });
}

function fit(width: number, height: number, side: number): { width: number; height: number } | null {
  const scale = side / Math.max(width, height);
  if (!(width > 0 && height > 0 && scale > 0)) return null;
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
