import type { IncomingHttpHeaders } from 'node:http';
import { MalformedMultipart, UnsupportedBodyType } from './multipart.errors';

/** A header such as `form-data; name="a"`. */
export interface ParametrizedValue {
  readonly value: string;
  /** By lower-case name; values without their quotes, still escaped. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * `; name=value`, `; name="value"`, or a stray `;`. In quotes a backslash escapes nothing but a quote,
 * and not even that where the header would have no closing quote otherwise: browsers send a filename
 * that ends in a backslash so. Unquoted values take more than tokens: JavaMail's boundaries hold `=`.
 */
const PARAMETER = /[ \t]*;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\"?)*)"|([^\s";]+)))?/y;
/** RFC 2046, section 5.1.1; no space at its end. */
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
const MULTIPART_FORM = 'multipart/form-data';

/** @throws MalformedMultipart when the parameters are invalid or one is given twice. */
export function parseParameters(header: string): ParametrizedValue {
  const start = header.includes(';') ? header.indexOf(';') : header.length;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = start;
  while (PARAMETER.lastIndex < header.length) {
    const match = PARAMETER.exec(header);
    if (!match) throw new MalformedMultipart('A header has parameters that are not well formed.');
    const [, name, quoted, plain] = match;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase()))
      throw new MalformedMultipart('A header has the same parameter twice.');
    parameters.set(name.toLowerCase(), quoted ?? plain ?? '');
  }
  return { value: header.slice(0, start).trim(), parameters };
}

/**
 * The boundary of a request's multipart/form-data body.
 *
 * @throws UnsupportedBodyType when the body is of another type, or has a content coding.
 * @throws MalformedMultipart when there is no valid boundary.
 */
export function boundaryOf(headers: IncomingHttpHeaders): string {
  const contentType = headers['content-type'] ?? '';
  if (contentType.split(';', 1)[0].trim().toLowerCase() !== MULTIPART_FORM) {
    throw new UnsupportedBodyType(`Send the body as ${MULTIPART_FORM} (Accept: ${MULTIPART_FORM}).`, {
      extensions: { accept: MULTIPART_FORM },
    });
  }
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.trim().toLowerCase() !== 'identity') {
    throw new UnsupportedBodyType('Send the body without a Content-Encoding (Accept-Encoding: identity).', {
      extensions: { accept_encoding: 'identity' },
    });
  }
  const boundary = parseParameters(contentType).parameters.get('boundary') ?? '';
  if (!BOUNDARY.test(boundary)) {
    throw new MalformedMultipart(
      'The Content-Type must name a boundary of 1 to 70 permitted characters (RFC 2046).',
    );
  }
  return boundary;
}
