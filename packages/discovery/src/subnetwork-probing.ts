import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  inSmallerSlices,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  slicedPrompts,
} from "@autocircuit/core";
import { FullModel, klOfLogprobs, logprob } from "@autocircuit/metrics";
import { grad, scope, Tensor } from "@autocircuit/native";
import { ablatedBatches } from "./ablated-batches.ts";
import { Adam } from "./adam.ts";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "./discovery-options.ts";
import { requireFiniteScores } from "./finite-scores.ts";

/** What turns the trained numbers into masks: nothing, or the logistic function. */
export type MaskFunction = "none" | "sigmoid";

/** The names of the mask functions. */
export const maskFunctions: readonly MaskFunction[] = ["none", "sigmoid"];

/** Options of {@link subnetworkProbing}. */
export interface SubnetworkProbingOptions extends DiscoveryOptions {
  /** Passes over the prompts. Default 20. */
  readonly epochs?: number | undefined;
  /** Learning rate of Adam. Default 0.1. */
  readonly learningRate?: number | undefined;
  /** Weight of the circuit's size in the loss. Default 0.5. */
  readonly lambda?: number | undefined;
  /** The trained numbers start at this (tree) or at minus this. Default 0.5. */
  readonly initial?: number | undefined;
  /** Default `"sigmoid"`. */
  readonly maskFunction?: MaskFunction | undefined;
  /** True (default): ablate as many edges as possible on the clean prompts. False: patch as few as needed on the corrupt ones. */
  readonly tree?: boolean | undefined;
  /** What a mask of 1 puts in the place of a source's output. Default `"tokenwise-mean-corrupt"`. */
  readonly ablation?: AblationType | undefined;
}

const check = signature("subnetworkProbing", modelAndPrompts, {
  ...discoveryOptions,
  epochs: kind.count,
  learningRate: kind.positive,
  lambda: kind.finite,
  initial: kind.finite,
  maskFunction: kind.oneOf(maskFunctions),
  tree: kind.flag,
  ablation: coreKinds.ablationName,
} satisfies KindsOf<SubnetworkProbingOptions>);

/**
 * Subnetwork probing on edges (Cao, Sanh and Rush 2021, "Low-Complexity Probing via Finding Subnetworks", section 3, with
 * deterministic masks; on edges as in Conmy et al. 2023): trains a mask a number per edge with Adam to keep the KL
 * divergence from the full model on the clean prompts small while the circuit is small. The score of an edge is how
 * far its number ended from the one that stands most clearly for leaving it out.
 *
 * @throws AutocircuitError `bad-input` for impossible numbers, `unknown-name` for an unknown mask function, `aborted`
 *
 * @example
 * const scores = await subnetworkProbing(task.model, task.train, { epochs: 50, lambda: 1 });
 */
export async function subnetworkProbing(
  model: PatchableModel,
  prompts: PromptLoader,
  options: SubnetworkProbingOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const settings = settingsOf(options);
  const { signal, onProgress } = options;
  const total = settings.epochs * prompts.length;
  const initial = settings.tree ? settings.initial : -settings.initial;
  let done = 0;

  using full = new FullModel(model, prompts);
  const reference = await full.logits("clean", signal && { signal });
  using adam = new Adam(Tensor.full([model.graph.edgeCount], initial), settings);
  const passes = settings.epochs;
  for await (const { batch, slices } of ablatedBatches(model, prompts, settings.ablation, { signal, passes })) {
    const work = async () => {
      let sum = scope(() => sizeGradient(adam.parameter, settings));
      for await (const { slice, start, using: ablation } of slices()) {
        const before = sum;
        sum = await scope(async () => {
          const numbers = adam.parameter.requireGrad();
          const tokens = settings.tree ? slice.clean : slice.corrupt;
          const logits = await model.forward(tokens, { mask: maskOf(numbers, settings), using: ablation, signal });
          const full = reference[batch.index]!.slice(0, start, start + slice.size);
          const divergence = klOfLogprobs(logprob(full), logprob(logits)).mean();
          return before.add(grad(divergence.mul(slice.size / batch.size), [numbers])[0]!);
        });
        before.dispose();
      }
      await requireFiniteScores(sum, { model, batch, what: "gradient" });
      return sum;
    };
    using gradient = await inSmallerSlices(model, slicedPrompts(batch), () => scope(work));
    adam.step(gradient);
    onProgress?.({ done: ++done, total });
  }
  const numbers = Float32Array.from(await adam.parameter.data(), Number);
  return new PruneScores(model.graph, scoresOf(numbers, settings.tree), {
    algorithm: "subnetwork-probing",
    options: settings,
  });
}

function maskOf(numbers: Tensor, { maskFunction }: Settings): Tensor {
  return maskFunction === "sigmoid" ? numbers.sigmoid() : numbers;
}

/** Gradient of the part of the loss that is the circuit's size. */
function sizeGradient(parameter: Tensor, settings: Settings): Tensor {
  const numbers = parameter.requireGrad();
  const mask = maskOf(numbers, settings);
  const inCircuit = settings.tree ? mask.mean().neg().add(1) : mask.mean();
  return grad(inCircuit.mul(settings.lambda), [numbers])[0]!;
}

type Settings = ReturnType<typeof settingsOf>;

/** Tree: how far a number is below the largest, which is the most ablated edge. Else how far above the smallest. */
function scoresOf(numbers: Float32Array, tree: boolean): Float32Array {
  const extreme = numbers.reduce(
    (most, value) => (tree ? Math.max(most, value) : Math.min(most, value)),
    tree ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
  );
  return numbers.map((value) => (tree ? extreme - value : Math.abs(extreme) + value));
}

function settingsOf(options: SubnetworkProbingOptions) {
  return {
    epochs: options.epochs ?? 20,
    learningRate: options.learningRate ?? 0.1,
    lambda: options.lambda ?? 0.5,
    initial: options.initial ?? 0.5,
    maskFunction: options.maskFunction ?? "sigmoid",
    tree: options.tree ?? true,
    ablation: options.ablation ?? "tokenwise-mean-corrupt",
  };
}
