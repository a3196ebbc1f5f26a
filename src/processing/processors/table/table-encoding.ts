/** What a table is read as. Anything else is refused, never guessed. */
export const TABLE_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'] as const;

export type TableEncoding = (typeof TABLE_ENCODINGS)[number];
