import { MersenneTwister, signature, USUAL_SEED } from "@autocircuit/base";
import { type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { type DiscoveryOptions, discoveryOptions, graphAndPrompts } from "./discovery-options.ts";

const check = signature("random", graphAndPrompts, discoveryOptions);

/**
 * Scores drawn uniformly from 0 to 1: the baseline that says how much any ranking is worth. The same seed and graph
 * size give the same scores everywhere.
 *
 * @param options `seed` defaults to 0
 * @throws AutocircuitError `bad-input` unless the seed is a whole number of at least 0
 */
export async function random(
  model: Pick<PatchableModel, "graph">,
  prompts: PromptLoader | null,
  options: DiscoveryOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const seed = options.seed ?? USUAL_SEED;
  const generator = new MersenneTwister(seed);
  // 24 bits: all that a float32 below 1 can hold.
  const values = Float32Array.from({ length: model.graph.edgeCount }, () => (generator.next() >>> 8) / 2 ** 24);
  return new PruneScores(model.graph, values, { algorithm: "random", options: {}, seed });
}
