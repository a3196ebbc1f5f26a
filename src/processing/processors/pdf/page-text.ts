/** What PDFium puts where a hyphen ends a line and the word goes on in the next: the two halves are joined. */
const JOINING_HYPHEN = '\ufffe';

/**
 * Makes plain text of what PDFium gives for a page: lines end in one line feed, without trailing spaces; control
 * characters, which fonts without a proper mapping yield, are dropped, so that a form feed is always a page break.
 */
export function cleanPageText(raw: string): string {
  const lines = raw
    .replaceAll('\r\n', '\n')
    .replaceAll(JOINING_HYPHEN, '')
    .split(/[\n\r\v\f\u2028\u2029]/);
  // oxlint-disable-next-line no-control-regex -- these are what is meant
  const cleaned = lines.map((line) => line.replaceAll(/[\0-\x08\x0e-\x1f\x7f\uffff]/g, '').trimEnd());
  const text = cleaned.join('\n').trimEnd();
  return text === '' ? '' : `${text}\n`;
}
