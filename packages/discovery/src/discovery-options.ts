import { type KindsOf, kind } from "@autocircuit/base";
import { coreKinds, type LongOptions } from "@autocircuit/core";

/** Options that every algorithm takes: `signal` to stop it, `onProgress` to follow it, and a seed. */
export interface DiscoveryOptions extends LongOptions {
  /** Seed of everything random in the algorithm. Recorded with the scores; algorithms without randomness ignore it. */
  readonly seed?: number | undefined;
}

/** What {@link DiscoveryOptions} may be. */
export const discoveryOptions: KindsOf<DiscoveryOptions> = { ...coreKinds.longOptions, seed: kind.whole };

/** What every algorithm runs on. */
export const modelAndPrompts = { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader };

/** The same for an algorithm that looks at the graph alone. */
export const graphAndPrompts = {
  model: coreKinds.hasGraph,
  prompts: kind.optional(kind.orNull(coreKinds.promptLoader)),
};
