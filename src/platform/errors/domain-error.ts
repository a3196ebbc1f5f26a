/** What callers are told about one kind of error: a row of `docs/errors.md`. */
export interface ProblemKind {
  /** Stable snake_case word; clients may branch on it. */
  readonly code: string;
  /** HTTP status of the answer, or the nearest one for errors that are only recorded with a job. */
  readonly status: number;
  /** Short summary, the same for every occurrence (RFC 9457, section 3.1.3). */
  readonly title: string;
  /** One or two sentences for `docs/errors.md`: when it happens and what to do. */
  readonly meaning: string;
}

export interface DomainErrorOptions extends ErrorOptions {
  /** Members added to the problem document (RFC 9457, section 3.2); snake_case, JSON values. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  readonly retryAfter?: number;
}

/**
 * An error with a meaning that callers share. Its class carries `@Problem(...)`; its message is the
 * `detail` of the answer, so it must not name server paths or secrets.
 */
export abstract class DomainError extends Error {
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(detail: string, { extensions = {}, retryAfter, ...options }: DomainErrorOptions = {}) {
    super(detail, options);
    this.name = new.target.name;
    this.extensions = extensions;
    this.retryAfter = retryAfter;
  }

  /** @throws Error when the class lacks `@Problem(...)`. */
  get problem(): ProblemKind {
    return problemOf(this.constructor as DomainErrorClass);
  }

  /** Whether the same may succeed later without anybody changing what was asked for. */
  get isPassing(): boolean {
    return this.problem.status === 503 || this.problem.status === 507;
  }
}

export type DomainErrorClass = abstract new (...args: never[]) => DomainError;

const kinds = new Map<DomainErrorClass, ProblemKind>();

/**
 * Declares code, status and title of an error class and enters it into the catalog.
 *
 * @throws Error at load time when another class already has the code.
 */
export function Problem(kind: ProblemKind) {
  return (target: DomainErrorClass): void => {
    const taken = problemCatalog().some(({ code }) => code === kind.code);
    if (taken)
      throw new Error(`Two error classes share the code '${kind.code}': give ${target.name} its own.`);
    kinds.set(target, kind);
  };
}

export function problemOf(errorClass: DomainErrorClass): ProblemKind {
  const kind = kinds.get(errorClass);
  if (!kind) throw new Error(`${errorClass.name} has no @Problem({ code, status, title, meaning }).`);
  return kind;
}

/** Every declared kind, by status and code. */
export function problemCatalog(): ProblemKind[] {
  return [...kinds.values()].toSorted((a, b) => a.status - b.status || a.code.localeCompare(b.code));
}
