import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { Ablation, scope, type Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { scorePrompts } from "./score-prompts.ts";
import type { SliceGradients } from "./slice-gradients.ts";
import { pathSteps, usualSteps } from "./steps.ts";

/** Which end of the line the gradients of a step are taken at. */
export type CeapFrom = "corrupt" | "clean";

/** Options of {@link ceap}. */
export interface CeapOptions extends AttributionOptions {
  /** Steps between the two embeddings. Default 5. */
  readonly steps?: number | undefined;
  /** Where the line starts: each step's gradients are those at its beginning. Default `"corrupt"`; `"clean"` with one step is EAP. */
  readonly from?: CeapFrom | undefined;
}

const check = signature("ceap", modelAndPrompts, {
  ...attributionOptions,
  steps: pathSteps,
  from: kind.oneOf(["corrupt", "clean"]),
} satisfies KindsOf<CeapOptions>);

/**
 * Cumulative edge attribution (CEAP; Wu, Tonin and Cevher 2026, arXiv:2606.16920): the path of each source's output itself is followed while
 * the embedding moves along a line, `sum_k (z_u^(k+1) - z_u^(k)) . dL/dx_v(e_k)`, with the sign of going from clean to corrupt. The scores
 * of a node's incoming edges so account for what it passes on: those into `Resid End` sum to L(corrupt) - L(clean) as steps grow.
 *
 * Cost: 2 forwards, and a forward and a backward a step, as EAP-IG: the run that gives the gradients also gives the outputs.
 *
 * @throws AutocircuitError `bad-input` for steps 0; `not-finite`; `aborted`
 */
export async function ceap(
  model: PatchableModel,
  prompts: PromptLoader,
  options: CeapOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { steps = usualSteps, from = "corrupt" } = options;
  // With one step from the clean end all gradients are the clean run's.
  const info = { algorithm: "ceap", options: { steps, from }, cleanOnly: from === "clean" && steps === 1 };
  return scorePrompts(model, prompts, options, info, (slice) => followPath(slice, steps, from));
}

/** Goes back from the far end: the outputs of the step behind it are known when a step is run. */
async function followPath(slice: SliceGradients, steps: number, from: CeapFrom): Promise<Tensor> {
  // How much of the ablated embedding step k begins with.
  const shareAt = (k: number) => (from === "corrupt" ? 1 - k / steps : k / steps);
  const sign = from === "corrupt" ? -1 : 1;
  const clean = await slice.clean();
  let next = from === "corrupt" ? clean : await farOutputs(slice);
  let sum: Tensor | undefined;
  for (let k = steps - 1; k >= 0; k--) {
    const [ahead, before] = [next, sum];
    const { sourceOutputs, total } = await scope(async () => {
      using toNext = new Ablation(ahead.detach()); // it disposes what it is given
      const start = await slice.startAt(shareAt(k));
      const found = await slice.gradientWith({ start, ablation: toNext }, { keepSources: true });
      const scored = found.gradient.mul(sign);
      return { sourceOutputs: found.sourceOutputs!, total: before ? before.add(scored) : scored };
    });
    next = sourceOutputs;
    sum = total;
    before?.dispose();
  }
  return sum!;
}

/** The outputs when the embedding is the ablated one. */
async function farOutputs(slice: SliceGradients): Promise<Tensor> {
  return slice.model.sourceOutputs(slice.slice.clean, { start: await slice.startAt(1), signal: slice.signal });
}
