/** One fault of a workbook: where it is, what stands there, what was expected. */
export type WorkbookError = {
  sheet: string | null;
  row: number | null;
  column: string | null;
  value: string | null;
  expected: string;
};

/** What went wrong, from the API's problem details (RFC 9457); code `offline` where no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly unknown[] = [],
    /** When too much was tried: the time from which on it may be tried again. */
    readonly retryAt: string | null = null,
    /** After a wrong code: how many more may be tried. */
    readonly attemptsLeft: number | null = null,
    /** What is stored now, where somebody else changed it in the meantime (code `version-conflict`). */
    readonly current: unknown = undefined
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** The problem of an answer's body, whatever it holds. */
  static of(status: number, body: unknown): Problem {
    const { code, detail, title, errors, retry_at, attempts_left, current } = (body ?? {}) as Record<string, unknown>;
    return new Problem(
      status,
      typeof code === 'string' ? code : `http-${status}`,
      [detail, title].find((text) => typeof text === 'string') ?? '',
      Array.isArray(errors) ? errors : [],
      typeof retry_at === 'string' ? retry_at : null,
      typeof attempts_left === 'number' ? attempts_left : null,
      current
    );
  }

  /** Anything thrown, as a problem. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    // fetch rejects with a TypeError where there is no network, or nobody answers.
    if (thrown instanceof TypeError) return new Problem(0, 'offline', thrown.message);
    return new Problem(0, 'unexpected', thrown instanceof Error ? thrown.message : String(thrown));
  }
}
