import { AutocircuitError } from "@autocircuit/base";

/** How far something long has come. */
export interface Progress {
  /** Steps done. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
}

/** Options of everything that takes long. */
export interface LongOptions {
  /** Stops it; the promise then rejects with an `aborted` error. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** @throws AutocircuitError `aborted` if the signal was given and has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new AutocircuitError("aborted", "Stopped before the end, as asked by the signal.", { cause: signal.reason });
  }
}
