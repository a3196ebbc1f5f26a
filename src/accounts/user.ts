/** Somebody with an account. */
export interface User {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly fullName: string | null;
  /** Null for users of an issuer. */
  readonly passwordHash: string | null;
  /** Who vouches for the user, and under which name there; null for users with a password here. */
  readonly external: { readonly issuer: string; readonly subject: string } | null;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** What is the same for names and addresses that only look different: width, composition, case. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}
