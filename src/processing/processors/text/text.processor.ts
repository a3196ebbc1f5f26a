import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { TextResult } from './text.result';

/**
 * Media type by extension: the registered one (IANA); where none is registered `text/plain`, or the name in
 * general use. Left out on purpose: what a browser would run (HTML, SVG, scripts, XSLT), what only looks like
 * text (RTF, PostScript), source code.
 */
const MEDIA_TYPES: Readonly<Record<string, readonly string[]>> = {
  'text/plain': [
    '.txt',
    '.text',
    '.log',
    '.ini',
    '.cfg',
    '.conf',
    '.properties',
    '.srt',
    '.adoc',
    '.asciidoc',
    '.diff',
    '.patch',
  ],
  'text/markdown': ['.md', '.markdown'],
  'text/prs.fallenstein.rst': ['.rst'],
  'text/csv': ['.csv'],
  'text/tab-separated-values': ['.tsv'],
  'text/vtt': ['.vtt'],
  'text/calendar': ['.ics'],
  'text/vcard': ['.vcf'],
  'application/json': ['.json'],
  'application/geo+json': ['.geojson'],
  'application/x-ndjson': ['.jsonl', '.ndjson'],
  'application/xml': ['.xml'],
  'application/yaml': ['.yaml', '.yml'],
  'application/toml': ['.toml'],
  'application/sql': ['.sql'],
};

const accepts: readonly AcceptedType[] = Object.entries(MEDIA_TYPES).flatMap(([mediaType, extensions]) =>
  extensions.map((extension) => ({ extension, mediaType, content: 'text' as const })),
);

/** Counts lines, words and characters; see `docs/processors.md`. */
export class TextProcessor extends WorkerProcessor {
  override readonly name = 'text';
  override readonly description =
    'Counts the lines, words and characters of a text file (UTF-8, or UTF-16 with a byte-order mark).';
  override readonly accepts = accepts;
  override readonly result = TextResult;
  override readonly worker = join(__dirname, 'text.worker.js');
}
