import { AutocircuitError, type ErrorCode } from "@autocircuit/base";

/** What the addon throws: an ordinary Error with a code, one of those in `native/src/runtime/error.h`. */
interface CodedError extends Error {
  code: ErrorCode;
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
