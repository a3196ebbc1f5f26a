import { Injectable } from '@nestjs/common';
import { fileTypeFromBuffer } from 'file-type';
import { isUtf8 } from 'node:buffer';
import type { AcceptedType, Processor } from '../plugin-api/processor';
import { Settings } from '../platform/config/settings';
import { extensionOf } from './file-name';
import { UnsupportedFileType } from './files.errors';

/** How many bytes from the start of a file {@link FileTypes.classify} wants to see. */
export const SNIFF_BYTES = 4100;

interface Acceptance extends AcceptedType {
  readonly processor: Processor;
}

/** What a file was found to be. */
export interface FileClass {
  readonly contentType: string;
  /** The processors that take it; the first is the default. */
  readonly processors: readonly Processor[];
}

/**
 * Which files are taken, and for which processor. Processors enter what they accept; the order in
 * which they do so is that of preference.
 */
@Injectable()
export class FileTypes {
  private readonly byExtension = new Map<string, Acceptance[]>();

  constructor(private readonly settings: Settings) {}

  /** @throws Error when the processor already takes an extension, or the extension is malformed */
  accept(processor: Processor): void {
    const { name, accepts } = processor;
    for (const type of accepts) {
      if (!/^\.[a-z0-9]+$/.test(type.extension)) {
        throw new Error(`Processor '${name}' accepts '${type.extension}': write it like '.txt'.`);
      }
      const others = this.byExtension.get(type.extension) ?? [];
      if (others.some((other) => other.processor === processor)) {
        throw new Error(`Processor '${name}' accepts '${type.extension}' twice: remove one.`);
      }
      this.byExtension.set(type.extension, [...others, { ...type, processor }]);
    }
  }

  /** Every extension that is accepted, sorted. */
  get extensions(): string[] {
    return [...this.byExtension.keys()].filter((extension) => this.isAllowed(extension)).toSorted();
  }

  /**
   * Judges a file by its name and its first {@link SNIFF_BYTES}; the two must agree.
   *
   * @throws UnsupportedFileType
   */
  async classify(filename: string, head: Uint8Array): Promise<FileClass> {
    const candidates = this.candidates(filename);
    const isText = isPlainText(head);
    const needsSignature = !isText || candidates.some(({ content }) => content !== 'text');
    const found = needsSignature ? (await fileTypeFromBuffer(head))?.mime : undefined;
    const fitting = candidates.filter(({ content }) =>
      content === 'text' ? isText || mayBeText(head, found) : found !== undefined && content.includes(found),
    );
    if (fitting.length === 0) throw new UnsupportedFileType(contradiction(extensionOf(filename), found));
    return { contentType: fitting[0].mediaType, processors: fitting.map(({ processor }) => processor) };
  }

  /** The processors that take files stored under this name, the default first. */
  processorsFor(filename: string): Processor[] {
    return (this.byExtension.get(extensionOf(filename)) ?? []).map(({ processor }) => processor);
  }

  /** The first extension that is accepted for a media type, which may have parameters; empty when there is none. */
  extensionFor(mediaType: string): string {
    const [essence] = mediaType.toLowerCase().split(';');
    for (const [extension, acceptances] of this.byExtension)
      if (acceptances.some((acceptance) => acceptance.mediaType === essence.trim())) return extension;
    return '';
  }

  /**
   * The processors that may take a file of this name, for who has none of its bytes yet.
   *
   * @throws UnsupportedFileType when none does
   */
  takersOf(filename: string): Processor[] {
    return this.candidates(filename).map(({ processor }) => processor);
  }

  private candidates(filename: string): Acceptance[] {
    const extension = extensionOf(filename);
    const candidates = this.isAllowed(extension) ? (this.byExtension.get(extension) ?? []) : [];
    if (candidates.length === 0) throw new UnsupportedFileType(this.notAccepted(extension));
    return candidates;
  }

  private isAllowed(extension: string): boolean {
    const { ALLOWED_EXTENSIONS } = this.settings;
    return ALLOWED_EXTENSIONS.length === 0 || ALLOWED_EXTENSIONS.includes(extension);
  }

  private notAccepted(extension: string): string {
    const name = extension === '' ? 'without an extension' : `with the extension ${extension}`;
    return `Files ${name} are not accepted. Accepted are ${this.extensions.join(' ')}.`;
  }
}

/**
 * UTF-16 with a byte-order mark, or well-formed UTF-8 without NUL. Asked before any signature, since
 * prose may begin with `MZ` or `BM`, and UTF-16 looks like other things.
 */
function isPlainText(head: Uint8Array): boolean {
  const mark = (head[0] << 8) | head[1];
  if (mark === 0xfeff || mark === 0xfffe) return true;
  return !head.includes(0) && isUtf8UpToItsEnd(head);
}

/** Well-formed UTF-8 but for a last character that the end of the head may have cut. */
function isUtf8UpToItsEnd(head: Uint8Array): boolean {
  const cut = head.length < SNIFF_BYTES ? [0] : [0, 1, 2, 3];
  return cut.some((bytes) => isUtf8(head.subarray(0, head.length - bytes)));
}

/** Text in another encoding, perhaps: its processor says where it breaks the rules. */
function mayBeText(head: Uint8Array, found: string | undefined): boolean {
  return found === undefined && !head.includes(0);
}

function contradiction(extension: string, found: string | undefined): string {
  return `The name ends in ${extension}, but the content is ${found ?? 'binary data of an unknown kind'}.`;
}
