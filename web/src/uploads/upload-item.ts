import type { Limits, Priority } from '@filemill/sdk';
import type { Trouble } from '../api/problems';
import { formatBytes } from '../ui/format';

/** What the caller wants to wait for: the result, or no more than that the file is safe. */
export type UploadMode = 'wait' | 'background';

/** What goes along with a file. */
export interface UploadFields {
  readonly tags?: string;
  readonly category?: string;
  readonly description?: string;
  readonly processor?: string;
  readonly priority?: Priority;
}

/** A file on its way, and what the caller has experienced so far. */
export interface UploadItem {
  readonly id: string;
  readonly name: string;
  /** Unknown for what the service fetches itself. */
  readonly sizeBytes?: number;
  readonly mode: UploadMode;
  readonly state: 'sending' | 'paused' | 'answered' | 'failed';
  /** 0 to 1; only what is sent in pieces tells. */
  readonly sent?: number;
  readonly startedAt: number;
  /** When the answer came. */
  readonly answeredAt?: number;
  /** Milliseconds that the service says it took to take the file in. */
  readonly uploadTimeMs?: number;
  readonly jobId?: string;
  readonly trouble?: Trouble;
}

/** Why a file need not even be sent; the service judges all others. */
export function refusalOf({ name, size }: File, limits: Limits | undefined): Trouble | undefined {
  if (!limits) return undefined;
  if (size > limits.max_file_size_bytes) {
    const most = formatBytes(limits.max_file_size_bytes);
    return {
      title: 'The file is too large',
      detail: `It has ${formatBytes(size)}; at most ${most} are accepted.`,
      fields: {},
      canRetry: false,
    };
  }
  const extension = /\.[^.]+$/.exec(name)?.[0].toLowerCase();
  if (extension !== undefined && limits.extensions.includes(extension)) return undefined;
  const kind = extension === undefined ? 'Files without an extension' : `Files of the type ${extension}`;
  return {
    title: 'This type of file is not accepted',
    detail: `${kind} cannot be processed here. Accepted are ${limits.extensions.join(' ')}.`,
    fields: {},
    canRetry: false,
  };
}
