/** What kind of mistake an {@link AutocircuitError} reports. */
export type ErrorCode =
  | "bad-input"
  | "not-found"
  | "unknown-name"
  | "shape"
  | "dtype"
  | "disposed"
  | "aborted"
  | "libtorch"
  | "addon"
  | "device"
  | "out-of-memory"
  | "not-finite"
  | "bad-file"
  | "native"
  /** A RASP program uses something that no transformer of this kind can compute. */
  | "unsupported"
  /** A RASP program is valid, but has no value on this input. */
  | "evaluation";

/**
 * The error that every AutoCircuit package throws: what was wrong, where, and what to do.
 *
 * `code` is one of {@link ErrorCode}; what lies below (an abort reason, a system error) is in `cause`.
 *
 * @example
 * ```ts
 * try {
 *   await model.forward({ tokens, signal });
 * } catch (error) {
 *   if (error instanceof AutocircuitError && error.code === "aborted") return;
 *   throw error;
 * }
 * ```
 */
export class AutocircuitError extends Error {
  override readonly name: string = "AutocircuitError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
