import { PDFiumLibrary } from '@hyzyla/pdfium';
import { readFileSync } from 'node:fs';
import { isNativeError } from 'node:util/types';

import { PdfTooComplex } from './pdf.errors';

/** The part that is used; TypeScript has it only among the declarations for browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: WasmImports) => { readonly exports: object };
};
interface WasmModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module';
}
type WasmImports = Record<string, Record<string, (requested: number) => unknown>>;

/** PDFium's C functions (fpdfview.h, fpdf_text.h, fpdf_doc.h): numbers and addresses in, a number out. */
type PdfiumFunction =
  | 'malloc'
  | 'free'
  | 'FPDF_LoadMemDocument'
  | 'FPDF_GetLastError'
  | 'FPDF_CloseDocument'
  | 'FPDF_DocumentHasValidCrossReferenceTable'
  | 'FPDF_GetFileVersion'
  | 'FPDF_GetMetaText'
  | 'FPDF_GetPageCount'
  | 'FPDF_GetSecurityHandlerRevision'
  | 'FPDF_LoadPage'
  | 'FPDF_ClosePage'
  | 'FPDF_GetPageWidthF'
  | 'FPDF_GetPageHeightF'
  | 'FPDF_RenderPageBitmap'
  | 'FPDFBitmap_CreateEx'
  | 'FPDFBitmap_FillRect'
  | 'FPDFBitmap_Destroy'
  | 'FPDFText_LoadPage'
  | 'FPDFText_ClosePage'
  | 'FPDFText_CountChars'
  | 'FPDFText_GetText';

/** PDFium in a WebAssembly memory of its own. */
export interface Pdfium {
  readonly call: Record<PdfiumFunction, (...args: number[]) => number>;
  /** The memory as it is now: growing replaces it, so it must not be kept. */
  readonly bytes: () => Uint8Array;
}

/** Compiled once a thread. */
let compiled: WasmModule | undefined;

/**
 * Starts PDFium in fresh memory, so that nothing of one file is there for the next, and with a ceiling for it: the
 * heap limit of a worker thread does not cover WebAssembly. The WebAssembly build has neither JavaScript nor a
 * file system nor the network.
 *
 * @param memoryLimit - In bytes. Past it allocations fail, and PDFium stops with an error or a trap.
 */
export async function startPdfium(memoryLimit: number): Promise<Pdfium> {
  compiled ??= new WebAssembly.Module(readFileSync(require.resolve('@hyzyla/pdfium/pdfium.wasm')));
  const module = compiled;
  const library = await PDFiumLibrary.init({
    instantiateWasm: (imports: WasmImports, onReady: (instance: object) => void) => {
      limitGrowth(imports, memoryLimit);
      const instance = new WebAssembly.Instance(module, imports);
      onReady(instance);
      return instance.exports;
    },
  });
  // The wrapper around these functions closes only pages that it has rendered, and knows no metadata.
  const internals = library['module'];
  return {
    call: internals.wasmExports as unknown as Pdfium['call'],
    bytes: () => internals.HEAPU8,
  };
}

function limitGrowth({ env }: WasmImports, memoryLimit: number): void {
  const grow = env.emscripten_resize_heap;
  env.emscripten_resize_heap = (requested) => (requested >>> 0 > memoryLimit ? 0 : grow(requested));
}

/**
 * Runs what calls PDFium; a trap (memory exhausted, stack exhausted, an assertion) becomes an error of the file.
 *
 * @throws PdfTooComplex · whatever `work` throws
 */
export async function trapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTrap(error)) throw error;
    throw new PdfTooComplex('Reading the PDF takes more memory than is allowed, or crashes the reader.', {
      cause: error,
    });
  }
}

/** By name: the classes are those of the realm that the glue was loaded in. `longjmp` past every frame is `Infinity`. */
function isTrap(error: unknown): boolean {
  return (
    error === Infinity ||
    (isNativeError(error) && (error.name === 'RuntimeError' || error.message.includes('call stack size')))
  );
}
