export const BOUNDARY = 'test-boundary';
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

export interface Part {
  readonly name: string;
  /** As it stands between the quotes; a part with it is a file. */
  readonly filename?: string;
  readonly content?: string | Uint8Array;
  /** Lines to add to the headers. */
  readonly headers?: readonly string[];
}

/** The bytes of a part, with the boundary before it. */
export function part({ name, filename, content = '', headers = [] }: Part): Buffer {
  const disposition = `Content-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`;
  const lines = [disposition, ...headers].join('\r\n');
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${lines}\r\n\r\n`),
    Buffer.from(content as Uint8Array),
    Buffer.from('\r\n'),
  ]);
}

export const CLOSE = Buffer.from(`--${BOUNDARY}--\r\n`);

/** A whole body. */
export function multipartBody(...parts: readonly Part[]): Buffer {
  return Buffer.concat([...parts.map(part), CLOSE]);
}
