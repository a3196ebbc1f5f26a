/** Objects of a PDF of one page, in the order of their numbers: catalog, pages, page, content, font. */
export const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>';
export const PAGES = pagesOf(1);
export const PAGE =
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>';
export const HELLO = stream('BT /F1 12 Tf 10 50 Td (Hello, world) Tj ET');
export const FONT = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';

/** A page tree of one page many times over, which may state another count. */
export function pagesOf(pages: number, count = pages): string {
  return `<< /Type /Pages /Kids [${'3 0 R '.repeat(pages)}] /Count ${count} >>`;
}

export function stream(content: string | Buffer, entries = ''): string {
  const bytes = Buffer.from(content);
  return `<< /Length ${bytes.length} ${entries} >>\nstream\n${bytes.toString('latin1')}\nendstream`;
}

/** A PDF of these objects, numbered from 1. */
export function pdf(objects: readonly string[], trailer = ''): Buffer {
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  const end = `trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body + table + end, 'latin1');
}
