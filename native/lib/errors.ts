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
  | "native";

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
  override readonly name = "AutocircuitError";
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What the addon throws: an ordinary Error with a code. */
interface CodedError extends Error {
  code: string;
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** LibTorch's words for a number outside the range of an element type; it throws them without a kind. */
const outOfRange = /cannot be converted to type \S+ without overflow/;

/** Turns what the addon threw into an AutocircuitError; one that is already passes through. */
export function toAutocircuitError(error: unknown, options?: { cause?: unknown }): AutocircuitError {
  if (error instanceof AutocircuitError) return error;
  if (isCoded(error)) {
    const code = outOfRange.test(error.message) ? "dtype" : error.code;
    return new AutocircuitError(code, error.message, options);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AutocircuitError("native", `The native addon failed: ${message}`, { cause: error });
}

/** Calls the addon; its errors become AutocircuitErrors. */
export function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toAutocircuitError(error);
  }
}

/** Awaits the addon; its errors become AutocircuitErrors whose stack names the caller. */
export async function settle<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw toAutocircuitError(error);
  }
}
