import { isUtf8 } from 'node:buffer';
import { statedDigests } from '../digests';
import { parseParameters } from './header-parameters';
import { MalformedMultipart, UnsupportedBodyType } from './multipart.errors';

/** What the headers of a part say. */
export interface PartHeaders {
  readonly name: string;
  /** Absent in a field; may be empty in a file. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  /** The SHA-256 that the part is said to have (RFC 9530), lower-case hex. */
  readonly digests: readonly string[];
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** RFC 8187, section 3.2.1; other charsets than UTF-8 are refused. */
const EXTENDED_VALUE = /^utf-8'[a-z0-9-]*'((?:[!#$&+.^_`|~\w-]|%[0-9a-f]{2})*)$/i;
const IDENTITY_ENCODINGS = new Set(['7bit', '8bit', 'binary']);

/**
 * Reads the headers of a form-data part (RFC 7578, section 4; names as the WHATWG form encoding writes
 * them: raw UTF-8 with `"`, CR and LF as %22, %0D and %0A). Folded lines, repeated headers and repeated
 * parameters are refused: parsers disagree about them.
 *
 * @param block - the header lines, without the empty line that ends them.
 * @throws MalformedMultipart when they are invalid or give no name.
 * @throws UnsupportedBodyType when the part is transfer-encoded (base64).
 */
export function parsePartHeaders(block: Buffer): PartHeaders {
  const headers = parseHeaderLines(decodeUtf8(block, 'The headers of a part'));
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding !== undefined && !IDENTITY_ENCODINGS.has(encoding)) {
    throw new UnsupportedBodyType(
      'A part has a Content-Transfer-Encoding: send its bytes as they are (binary).',
    );
  }
  return {
    ...parseDisposition(headers.get('content-disposition')),
    contentType: headers.get('content-type'),
    digests: statedDigests((name) => headers.get(name)),
  };
}

/** @throws MalformedMultipart when the bytes are no UTF-8; `what` begins the message. */
export function decodeUtf8(bytes: Buffer, what: string): string {
  if (!isUtf8(bytes)) throw new MalformedMultipart(`${what} must be valid UTF-8.`);
  return bytes.toString('utf8');
}

function parseHeaderLines(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!TOKEN.test(name) || hasLineBreakOrNul(line)) {
      throw new MalformedMultipart('A part has a header line that is not well formed.');
    }
    if (headers.has(name)) throw new MalformedMultipart('A part has the same header twice.');
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

function parseDisposition(header: string | undefined): Pick<PartHeaders, 'name' | 'filename'> {
  const { value, parameters } = parseParameters(header ?? '');
  if (value.toLowerCase() !== 'form-data') {
    throw new MalformedMultipart("Every part must have a 'Content-Disposition: form-data' header.");
  }
  const name = decodeName(parameters.get('name') ?? '');
  if (name === '') throw new MalformedMultipart('A part has no name.');
  return { name, filename: decodeFilename(parameters.get('filename'), parameters.get('filename*')) };
}

/** RFC 6266, section 4.3: the extended form wins over the plain one. */
function decodeFilename(plain: string | undefined, extended: string | undefined): string | undefined {
  if (extended === undefined) return plain === undefined ? undefined : decodeName(plain);
  const encoded = EXTENDED_VALUE.exec(extended)?.[1];
  if (encoded === undefined)
    throw new MalformedMultipart("A part's 'filename*' is not well-formed UTF-8 (RFC 8187).");
  // Every escape is one byte now; the whole is UTF-8.
  const bytes = encoded.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return refuseLineBreaks(decodeUtf8(Buffer.from(bytes, 'latin1'), 'A filename'));
}

/** Backslashes stay, as browsers do not escape them; `\"` alone is undone, for the clients that write it. */
function decodeName(raw: string): string {
  return refuseLineBreaks(
    raw
      .replaceAll(/\\"|%22/g, '"')
      .replaceAll(/%0D/gi, '\r')
      .replaceAll(/%0A/gi, '\n'),
  );
}

function refuseLineBreaks(name: string): string {
  if (hasLineBreakOrNul(name)) throw new MalformedMultipart('A name or filename holds CR, LF or NUL.');
  return name;
}

function hasLineBreakOrNul(text: string): boolean {
  return text.includes('\r') || text.includes('\n') || text.includes('\0');
}
