/**
 * Whoever keeps rows that name blobs. Every provider that extends this class is asked at each sweep, so
 * that a blob goes when nobody's rows name it any more.
 */
export abstract class BlobOwner {
  /** Its keys begin with this word and a slash; no two owners share one. */
  abstract readonly prefix: string;

  /** Of these keys, those that committed rows name. */
  abstract ownedBlobs(keys: readonly string[]): Promise<Set<string>>;
}
