/** Levels of arrays and objects; deeper fails the job. */
export const MAX_DEPTH = 1000;

/** Different keys that a result lists. */
export const MAX_LISTED_KEYS = 100;

/** Code points of a key that a result shows; the rest gives way to an ellipsis. */
export const MAX_KEY_CHARS = 200;

/** Bytes of a key that are told apart: enough for {@link MAX_KEY_CHARS} in the longest way to write them. */
export const MAX_KEY_BYTES = 12 * (MAX_KEY_CHARS + 1);
