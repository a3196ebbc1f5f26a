import { cleanFileName } from '../../files/file-name';
import { validated } from '../../platform/http/validation.pipe';
import { UploadFields } from '../uploads.dto';

/** `Upload-Metadata` as the client sent it: names to texts, null for a name alone. */
export type UploadMetadata = Readonly<Record<string, string | null>>;

/** What the metadata says about the file. */
export interface MetadataReading {
  readonly filename: string;
  readonly fields: UploadFields;
}

const FIELDS = [
  'description',
  'tags',
  'category',
  'processor',
  'options',
  'expires_in',
  'priority',
  'notify_email',
  'callback_url',
];

/**
 * The name of the file and the fields of an upload form, under the same names and rules. Whatever else is
 * there is left alone: clients send along what they know, such as `filetype` and `relativePath`.
 *
 * @throws InvalidFileName · ValidationFailed
 */
export function readMetadata(metadata: UploadMetadata): MetadataReading {
  const filename = cleanFileName(metadata['filename'] ?? '');
  const entries = FIELDS.map((field) => [field, metadata[field]] as const).filter(([, value]) => value);
  return { filename, fields: validated(UploadFields, Object.fromEntries(entries), '') };
}
