/** What text is read as. Anything else is refused, never guessed. */
export const TEXT_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'] as const;

export type TextEncoding = (typeof TEXT_ENCODINGS)[number];
