import type { JobStatus, Result } from '@filemill/sdk';
import { count, formatBytes } from '../../ui/format';

/** A result in one line. */
export function ResultLine({ job: { result } }: { job: JobStatus }) {
  return result ? <span className="result-line">{wordsOf(result)}</span> : null;
}

export function wordsOf(result: Result): string {
  switch (result.processor) {
    case 'text':
      return [
        count(result.line_count, 'line'),
        count(result.word_count, 'word'),
        count(result.char_count, 'character'),
      ].join(', ');
    case 'image':
      return `${result.format.toUpperCase()}, ${result.width} × ${result.height}`;
    case 'pdf':
      return [count(result.page_count, 'page'), count(result.word_count, 'word')].join(', ');
    case 'word':
      return [count(result.paragraph_count, 'paragraph'), count(result.word_count, 'word')].join(', ');
    case 'table':
      return [count(result.row_count, 'row'), count(result.column_count, 'column')].join(', ');
    case 'json':
      return result.valid
        ? `valid ${result.format.toUpperCase()}`
        : `not valid: ${result.error?.message ?? ''}`;
    case 'archive':
      return `${count(result.entries, 'entry', 'entries')}, ${formatBytes(result.uncompressed_bytes)} unpacked`;
    default:
      return 'done'; // of an extension's processor
  }
}
