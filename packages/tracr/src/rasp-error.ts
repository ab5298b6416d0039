/** What kind of mistake a {@link RaspError} reports. */
export type RaspErrorCode =
  /** The program uses something no transformer of this kind can compute. */
  | "unsupported"
  /** An argument has the wrong form: an unknown token, a sequence that is too long, ... */
  | "bad-input"
  /** The program is valid, but it has no value on this input. */
  | "evaluation";

/** The one error class of this package. The message names the expression, says what was wrong and what to write instead. */
export class RaspError extends Error {
  override readonly name = "RaspError";

  constructor(
    readonly code: RaspErrorCode,
    message: string,
    /** Label or name of the expression at fault, where there is one. */
    readonly expression: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
