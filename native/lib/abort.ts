import { AutocircuitError } from "@autocircuit/base";
import type { NativeCancelToken } from "./addon.ts";
import { toAutocircuitError } from "./addon-errors.ts";
import { addon } from "./loader.ts";

/**
 * Runs work of the addon that an AbortSignal can stop.
 *
 * @throws AutocircuitError "aborted" with the signal's reason as its cause.
 */
export async function abortable<T>(
  signal: AbortSignal | undefined,
  start: (token?: NativeCancelToken) => Promise<T>,
): Promise<T> {
  if (signal?.aborted)
    throw new AutocircuitError("aborted", "The operation was aborted before it began.", { cause: signal.reason });
  const token = signal && new (addon().CancelToken)();
  const onAbort = () => token?.cancel();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await start(token);
  } catch (error) {
    throw toAutocircuitError(error, signal?.aborted ? { cause: signal.reason } : undefined);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
