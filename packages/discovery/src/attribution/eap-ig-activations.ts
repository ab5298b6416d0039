import { type KindsOf, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { Ablation, scope, type Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { nodeGroups } from "./node-groups.ts";
import { type PathOptions, pathEnd, requireShared } from "./path-ends.ts";
import { scorePrompts, sumOf } from "./score-prompts.ts";
import { maskFrom } from "./start-edges.ts";
import { pathSteps, usualSteps } from "./steps.ts";

/** Options of {@link eapIgActivations}. */
export interface EapIgActivationsOptions extends AttributionOptions, PathOptions {
  /** Points between the ablated and the clean output of each part of the network. Default 5. */
  readonly steps?: number | undefined;
}

const check = signature("eapIgActivations", modelAndPrompts, {
  ...attributionOptions,
  steps: pathSteps,
  pathEnd,
} satisfies KindsOf<EapIgActivationsOptions>);

/**
 * Edge attribution with gradients integrated over activations (EAP-IG activations; Hanna, Pezzelle and Belinkov 2024, arXiv:2403.17806, after
 * Marks et al. 2024): each part of the network in turn (`Resid Start`, all heads of a block, an MLP) is given
 * `k/m clean + (1 - k/m) corrupt`, k = 1..m, in the place of its output, the rest of the clean run computed anew; every run adds
 * `(z_u(corrupt) - z_u(clean)) . dL/dx_v` for all edges; the sum is divided by the number of runs. What is put in carries no gradient back. In a
 * graph of nodes the parts are the same: the stream between them is what they write, and no part.
 *
 * Cost: 2 forwards, and m forwards and backwards for each part: 2 layers + 1 of them.
 *
 * @throws AutocircuitError `bad-input` for steps 0, and for the loss "kl-div" with one step, which is at the clean run, where its gradient is
 *   zero; `not-finite`; `aborted`
 */
export async function eapIgActivations(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EapIgActivationsOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { steps = usualSteps } = options;
  const { graph } = model;
  requireShared(options.pathEnd);
  const groups = nodeGroups(graph);
  return scorePrompts(
    model,
    prompts,
    options,
    // With one step the only point, k = 1 of 1, is the clean one.
    { algorithm: "eap-ig-activations", options: { steps }, cleanOnly: steps === 1 },
    async (slice) => {
      const clean = await slice.clean();
      const directions = await slice.difference();
      const runs = groups.length * steps;
      const sum = await sumOf(runs, async (run): Promise<Tensor> => {
        const replaced = new Set(groups[Math.floor(run / steps)]);
        const share = ((run % steps) + 1) / steps;
        const ablated = options.pathEnd ?? slice.ablation;
        // Another embedding costs nothing, where a mask of its edges makes all inputs anew; and in a graph of nodes no edge brings it to block 0.
        if (replaced.has(graph.sources[0]!))
          return await slice.gradient({ start: await slice.startAt(1 - share, ablated), directions });
        using between = new Ablation(betweenOutputs(clean, ablated, share));
        return await slice.gradient({
          mask: maskFrom(graph, (source) => replaced.has(source), 1),
          ablation: between,
          directions,
        });
      });
      return sum.div(runs);
    },
  );
}

/** `share clean + (1 - share) ablated` outputs, `[S, B, P, D]`. */
export function betweenOutputs(clean: Tensor, ablated: Ablation, share: number): Tensor {
  return scope(() =>
    ablated.sources
      .sub(clean)
      .mul(1 - share)
      .add(clean),
  );
}
