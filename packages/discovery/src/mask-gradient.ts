import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  ablationKind,
  coreKinds,
  dataSetSides,
  overPrompts,
  type PatchableModel,
  type PromptLoader,
  type PromptSide,
  PruneScores,
} from "@autocircuit/core";
import { grad, scope, Tensor } from "@autocircuit/native";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "./discovery-options.ts";
import { requireFiniteScores } from "./finite-scores.ts";
import { type AnswerFunction, answerFunctions, answerLoss, type GradFunction, gradFunctions } from "./loss.ts";
import { maskPoints } from "./mask-points.ts";
import { ownValues, type WithAliases, withAliases } from "./own-names.ts";

/** Options of {@link maskGradient}. */
export interface MaskGradientOptions extends DiscoveryOptions {
  /** What of the outputs the loss is made of. Default `"logit"`. */
  readonly gradFunction?: WithAliases<GradFunction> | undefined;
  /** How the answers make a loss. Default `"avg-diff"`. */
  readonly answerFunction?: WithAliases<AnswerFunction> | undefined;
  /** Value of all masks: 0 (default) at the clean run, 1 at the fully ablated one. Not together with `steps`. */
  readonly maskValue?: number | undefined;
  /** Integrate over n steps: sum the gradients at masks i / n for i = 0..n. */
  readonly steps?: number | undefined;
  /**
   * Integrate layer by layer: the masks of the edges from one layer of sources go from 0 to 1 while all others are 0, so that what a source
   * reads is that of the clean run. Takes as many times longer as there are layers; needs `steps`. Default false: all masks together.
   */
  readonly byLayer?: boolean | undefined;
  /** What a mask of 1 puts in the place of a source's output. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** The prompts that the ablation is made from, for types that are made batch by batch. Default `"corrupt"`. */
  readonly ablateFrom?: PromptSide | undefined;
}

const check = signature("maskGradient", modelAndPrompts, {
  ...discoveryOptions,
  gradFunction: kind.oneOf(withAliases(gradFunctions)),
  answerFunction: kind.oneOf(withAliases(answerFunctions)),
  ablation: coreKinds.ablationName,
  ablateFrom: coreKinds.promptSide,
  maskValue: kind.finite,
  steps: kind.count,
  byLayer: kind.flag,
} satisfies KindsOf<MaskGradientOptions>);

/**
 * Scores an edge by the gradient of the task's loss with respect to its mask, summed over the batches: how much the
 * loss rises, to first order, when the edge is ablated a little. Positive: ablating the edge harms the task.
 *
 * At mask value 0 this is edge attribution patching (Syed, Rager and Conmy 2023, "Attribution Patching Outperforms
 * Automated Circuit Discovery"); with `steps` it is integrated over the straight line of masks from the clean to the
 * ablated run, all masks together, or with `byLayer` for the edges of one layer of sources after the other (Marks et al. 2024, "Sparse Feature
 * Circuits", section 2). Gradients are summed, not averaged.
 *
 * A batch too large for memory is run in slices, see `overPrompts`; the loss is a mean over prompts, so the scores are the same.
 *
 * @param prompts clean prompts are run, corrupt ones give the ablation, answers make the loss
 * @throws AutocircuitError `unknown-name` for functions there are not, `bad-input` for impossible numbers and options that exclude each other, `shape` for
 *   answers that do not fit the outputs, `not-finite` for logits or gradients that are NaN or infinite, `aborted`
 *
 * @example
 * const scores = await maskGradient(task.model, task.train, { gradFunction: "logprob", steps: 10 });
 * console.log(scores.top(5).map((edge) => edge.name));
 */
export async function maskGradient(
  model: PatchableModel,
  prompts: PromptLoader,
  options: MaskGradientOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const {
    signal,
    onProgress,
    gradFunction = "logit",
    answerFunction = "avg-diff",
    ablation: type = "resample",
    ablateFrom: side,
  } = ownValues(options);
  requireSide(type, side);

  const values = await scope(async () => {
    // Half precision is too coarse to add gradients up in.
    const dtype = model.computeDtype === "float64" ? "float64" : "float32";
    const points = maskPoints(model.graph, options, dtype);
    const asked = { ablation: type, ablateFrom: side, passes: points.length, signal, onProgress };
    let sum = Tensor.zeros([model.graph.edgeCount], { dtype });
    for await (const { batch, fold } of overPrompts(model, prompts, asked)) {
      const before = sum;
      sum = await fold<Tensor, Tensor>(
        async (grown = before, { slice, ablation, step }) => {
          let last = grown;
          for (const { value, edges } of points) {
            const next = await scope(async () => {
              const mask = (edges?.mul(value) ?? Tensor.full(last.shape, value, { dtype })).requireGrad();
              const logits = await model.forward(slice.clean, { ablate: mask, ablation, signal });
              const loss = answerLoss(logits, slice, gradFunction, answerFunction);
              const [gradient] = grad(loss.mul(slice.size / batch.size), [mask]);
              return last.add(edges ? gradient!.mul(edges) : gradient!);
            });
            if (last !== grown) last.dispose();
            last = next;
            step();
          }
          return last;
        },
        async (grown) => {
          await requireFiniteScores(grown, { model, batch, what: "gradient" });
          return grown;
        },
      );
      before.dispose();
    }
    return sum.data();
  });
  return new PruneScores(model.graph, new Float32Array(values as Float32Array | Float64Array), {
    algorithm: "mask-gradient",
    options: {
      gradFunction,
      answerFunction,
      ablation: type,
      ...(side && { ablateFrom: side }),
      maskValue: options.maskValue ?? 0,
      ...integrated(options),
    },
  });
}

function integrated({ steps, byLayer }: MaskGradientOptions): { steps?: number; byLayer?: boolean } {
  return { ...(steps !== undefined && { steps }), ...(byLayer && { byLayer }) };
}

/** @throws AutocircuitError `bad-input` for a side where the type leaves no choice */
function requireSide(type: AblationType, side: PromptSide | undefined): void {
  if (side === undefined || (ablationKind(type).values !== "none" && dataSetSides(type) === undefined)) return;
  throw new AutocircuitError(
    "bad-input",
    `The ablation "${type}" is made of what its name says, whatever \`ablateFrom\` is. Leave \`ablateFrom\` out.`,
  );
}
