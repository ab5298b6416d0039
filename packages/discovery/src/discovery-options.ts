import type { LongOptions } from "@autocircuit/core";

/** Options that every algorithm takes: `signal` to stop it, `onProgress` to follow it, and a seed. */
export interface DiscoveryOptions extends LongOptions {
  /** Seed of everything random in the algorithm. Recorded with the scores; algorithms without randomness ignore it. */
  readonly seed?: number | undefined;
}
