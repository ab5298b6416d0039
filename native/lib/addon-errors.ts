import { AutocircuitError, type ErrorCode } from "@autocircuit/base";

/** The codes of the addon's errors, in the order of `native/src/runtime/error.h`. */
export const ADDON_ERROR_CODES = [
  "bad-input",
  "not-found",
  "shape",
  "dtype",
  "disposed",
  "aborted",
  "addon",
  "device",
  "out-of-memory",
  "not-finite",
  "bad-file",
  "native",
] as const satisfies readonly ErrorCode[];

/** What the addon throws: an ordinary Error with one of its codes. */
interface CodedError extends Error {
  code: ErrorCode;
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && ADDON_ERROR_CODES.some((code) => code === (error as Partial<CodedError>).code);
}

/** Turns what the addon threw into an AutocircuitError; one that is already passes through. */
export function toAutocircuitError(error: unknown, options?: { cause?: unknown }): AutocircuitError {
  if (error instanceof AutocircuitError) return error;
  if (isCoded(error)) return new AutocircuitError(error.code, error.message, options);
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
