import { type KindsOf, kind, signature } from "@autocircuit/base";
import { Circuit, type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { pruneCircuit } from "../prune-circuit.ts";
import { type AttributionOptions, attributionOptions, recordedOptions } from "./attribution-options.ts";
import { cutEffects } from "./cut-effects.ts";

/** Options of {@link exact}. */
export interface ExactScoresOptions extends AttributionOptions {
  /**
   * Cut with an edge what it leaves dangling: a node without any incoming or without any outgoing edge goes with all its edges, as in the
   * EAP-IG library. Where ablations are resampled this makes no difference. Default false.
   */
  readonly prune?: boolean | undefined;
}

const check = signature("exact", modelAndPrompts, {
  ...attributionOptions,
  prune: kind.flag,
} satisfies KindsOf<ExactScoresOptions>);

/**
 * What attribution approximates, measured: an edge scores the loss of the clean prompts with it alone ablated, less that of the full model,
 * mean over prompts. The largest scores find a circuit only where edges do not stand in for one another.
 *
 * Cost: part of a forward for each edge. Source: activation patching of edges, as "exact" in the EAP-IG library (Hanna, Pezzelle and
 * Belinkov 2024).
 *
 * @throws AutocircuitError `bad-input` for no prompts; `not-finite`; `aborted`
 */
export async function exact(
  model: PatchableModel,
  prompts: PromptLoader,
  options: ExactScoresOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { prune = false, ...rest } = options;
  const { graph } = model;
  const edges = Array.from({ length: graph.edgeCount }, (_, edge) => edge);
  const cuts = edges.map((edge) => (prune ? cutWithDangling(model, edge) : [edge]));
  const effects = await cutEffects(model, prompts, { ...rest, cuts });
  return new PruneScores(graph, Float32Array.from(effects), {
    algorithm: "exact",
    options: { ...recordedOptions(options), prune },
  });
}

/** Everything outside the graph without an edge and what that leaves dangling. */
function cutWithDangling({ graph }: PatchableModel, edge: number): number[] {
  const left = pruneCircuit(
    Circuit.where(graph, (other) => other !== edge),
    "resample",
  );
  const kept = new Set(left.indices);
  return Array.from({ length: graph.edgeCount }, (_, other) => other).filter((other) => !kept.has(other));
}
