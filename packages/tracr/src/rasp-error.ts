import { AutocircuitError, type ErrorCode } from "@autocircuit/base";

/**
 * What kind of mistake a {@link RaspError} reports: `unsupported` for a program that no transformer of this kind can compute,
 * `bad-input` for an argument of the wrong form (an unknown token, a sequence that is too long), `evaluation` for a valid program
 * that has no value on this input.
 */
export type RaspErrorCode = Extract<ErrorCode, "unsupported" | "bad-input" | "evaluation">;

/** The error of RASP programs. The message names the expression, says what was wrong and what to write instead. */
export class RaspError extends AutocircuitError {
  override readonly name = "RaspError";
  declare readonly code: RaspErrorCode;

  constructor(
    code: RaspErrorCode,
    message: string,
    /** Label or name of the expression at fault, where there is one. */
    readonly expression: string | null = null,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }
}
