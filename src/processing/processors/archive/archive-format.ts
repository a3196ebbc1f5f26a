/** What an archive may be; `gz` is a single compressed file. */
export const ARCHIVE_FORMATS = ['zip', 'tar', 'tar.gz', 'gz'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

export const ENTRY_TYPES = ['file', 'directory', 'symlink', 'link', 'other'] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];
