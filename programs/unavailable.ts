/**
 * A program cannot be provided. The message is one line: cause — next step.
 */
export class ProgramUnavailable extends Error {
  override readonly name = 'ProgramUnavailable';
  /** What is wrong, in one line. */
  readonly what: string;
  /** What the user can do about it, in one line. */
  readonly nextStep: string;

  constructor(what: string, nextStep: string, options?: ErrorOptions) {
    super(`${what} — ${nextStep}`, options);
    this.what = what;
    this.nextStep = nextStep;
  }
}

/** True for an error of the operating system (with `code`, e.g. ENOSPC). */
export function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException & { code: string } {
  return thrown instanceof Error && 'syscall' in thrown && 'code' in thrown;
}
