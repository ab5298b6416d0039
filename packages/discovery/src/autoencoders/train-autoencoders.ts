import { AutocircuitError, kind, signature, USUAL_SEED } from "@autocircuit/base";
import {
  type LongOptions,
  overPrompts,
  type PatchableModel,
  type PlainSlice,
  type Progress,
  type PromptBatch,
  type PromptLoader,
  type PromptsOfBatch,
  realPositions,
  requireWholePrompts,
} from "@autocircuit/core";
import {
  Ablation,
  type Autoencoders,
  disposeAutoencoders,
  grad,
  type PatchGraph,
  replacedPart,
  scope,
  sourceRows,
  Tensor,
  type Transformer,
} from "@autocircuit/native";
import { discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { namingStep } from "../training/naming-step.ts";
import { measureAutoencoders } from "./measure-autoencoders.ts";
import { sourcesWith, TrainedAutoencoders } from "./trained-autoencoders.ts";
import { requireTrainingMemory } from "./training-memory.ts";

/** A step of training that is done. */
export interface AutoencoderTrainingProgress extends Progress {
  /** What was minimised, before the step: cross-entropy and the sum of latents with its weight, in nats. */
  readonly loss: number;
  /** Cross-entropy of the outputs with those of the model without autoencoders, mean over prompts and positions. */
  readonly crossEntropy: number;
}

/** How autoencoders are trained. */
export interface TrainAutoencodersOptions extends Pick<LongOptions, "signal"> {
  /** What they read and replace in every block; see `Autoencoders` of the engine. Default `mlp_out`. */
  readonly input?: Autoencoders["input"] | undefined;
  /** Latents of each block. */
  readonly latents: number;
  /** Weight of the sum of latents, mean over blocks, prompts and positions. Default 0.01. */
  readonly l1?: number | undefined;
  /** Adam's. Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Times that all prompts are seen. Default 100. */
  readonly epochs?: number | undefined;
  /** Of the first numbers. Default 0. */
  readonly seed?: number | undefined;
  /** Prompts that the result is measured on; default the training prompts. */
  readonly test?: PromptLoader | undefined;
  /** What the result leaves out is a source of its own, see `Autoencoders`; training is without. Default true. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: AutoencoderTrainingProgress) => void) | undefined;
}

/** What training made. */
export interface TrainedAutoencoderSet {
  /** Their tensors are the caller's. */
  readonly autoencoders: Autoencoders;
  /** What was minimised in each step. */
  readonly loss: readonly number[];
  /** KL(model || model with autoencoders, without errors) in nats, mean over test prompts and positions. */
  readonly kl: number;
  /** How many latents are active, mean over blocks, prompts and positions. */
  readonly active: number;
}

const inputs = ["mlp_out", "mlp_post", "mlp_in", "mlp_resid", "attn_out", "z", "resid_post"] as const;

const check = signature("trainAutoencoders", modelAndPrompts, {
  signal: kind.signal,
  onProgress: kind.callback,
  seed: discoveryOptions.seed!,
  input: kind.oneOf(inputs),
  latents: kind.required(kind.count),
  l1: kind.such("a number of at least 0", (value) => typeof value === "number" && value >= 0 && value < Infinity),
  learningRate: kind.positive,
  epochs: kind.count,
  test: modelAndPrompts.prompts,
  autoencoderErrors: kind.flag,
});

/**
 * Trains sparse autoencoders of all blocks together, end to end as in AutoCircuit: with them in their places, and nothing kept of what they leave out,
 * the model is to say what it did. The loss is the cross-entropy of its outputs at all positions of clean prompts, plus `l1` times the sum
 * of latents; only the autoencoders are trained, by Adam, every batch of every epoch a step.
 *
 * All of them can be written by `saveAutoencoders`, but for transcoders of `mlp_in` of a model with root-mean-square norms that was loaded without
 * folding their weights (`foldLn: false`); of one with LayerNorm these need its configuration, `config: model.config`.
 *
 * @param model without autoencoders
 * @throws AutocircuitError `bad-input` for a model that has autoencoders or no place for them, for `z` and `mlp_post` of one with norms behind attention
 *   and MLP, and for prompts with a cached prefix; `not-finite`
 *   that names the step where loss or gradients are no numbers; `out-of-memory` for more latents than there is room for, before any is made; `aborted`
 * @example
 * const { autoencoders, kl } = await trainAutoencoders(task.model, task.train, { latents: 64, epochs: 500 });
 * await saveAutoencoders("saes", autoencoders, { modelName: "gpt2" });
 * using latent = task.model.withAutoencoders(autoencoders);
 */
export async function trainAutoencoders(
  model: PatchableModel,
  prompts: PromptLoader,
  options: TrainAutoencodersOptions,
): Promise<TrainedAutoencoderSet> {
  check({ model, prompts }, options);
  const {
    input = "mlp_out",
    latents,
    epochs = 100,
    learningRate = 1e-3,
    seed = USUAL_SEED,
    signal,
    onProgress,
  } = options;
  requirePlaces(model, input);
  for (const loader of [prompts, options.test ?? prompts]) requirePrompts(loader);
  requireTrainingMemory(model, prompts, { input, latents });
  using trained = new TrainedAutoencoders(model.config, {
    ...{ input, latents, learningRate, seed },
    dtype: model.computeDtype,
  });
  const batchCount = prompts.length;
  const total = epochs * batchCount;
  const loss: number[] = [];
  for await (const ofBatch of overPrompts(model, prompts, { rounds: epochs, signal })) {
    const step = loss.length;
    const made = await namingStep({ step, total, batchCount }, () => stepOn(model, trained, ofBatch, options));
    loss.push(made.loss);
    onProgress?.({ done: step + 1, total, ...made });
  }
  const autoencoders = trained.result(options.autoencoderErrors ?? true, await model.transformer.weightProcessing());
  try {
    const measured = await namingStep({ step: total, total, batchCount }, () =>
      measureAutoencoders(model, { ...autoencoders, errors: false }, options.test ?? prompts, signal),
    );
    return { autoencoders, loss, ...measured };
  } catch (error) {
    disposeAutoencoders(autoencoders);
    throw error;
  }
}

/** One step of Adam on a batch, slice by slice. */
async function stepOn(
  model: PatchableModel,
  trained: TrainedAutoencoders,
  { batch, run }: PromptsOfBatch<PlainSlice>,
  { l1 = 0.01, signal }: TrainAutoencodersOptions,
): Promise<{ loss: number; crossEntropy: number }> {
  const { gradients, ...made } = await run(async (slices) => {
    const { leaves, autoencoders, made } = trained.leaves();
    using transformer = model.transformer.withAutoencoders(autoencoders);
    const positions = positionsOf(batch);
    let gradients: Tensor[] | undefined;
    let [loss, crossEntropy] = [0, 0];
    for await (const { slice, start } of slices) {
      const own = await scope(async () => {
        const { logits, activity } = await outputs(model, transformer, slice, made, signal);
        const reference = await model.forward(slice.clean, { sliced: false, ...(signal && { signal }) });
        const real = realPositions(slice.clean);
        const counted = (values: Tensor) => (real ? values.mul(real.squeeze(2)) : values).sum().div(positions);
        const entropy = counted(reference.softmax(-1).mul(logits.logSoftmax(-1)).sum(-1)).mul(-1);
        const sum = entropy.add(counted(activity).mul(l1 / autoencoders.blocks.length));
        loss += Number(await sum.item());
        crossEntropy += Number(await entropy.item());
        return grad(sum, leaves, { retainGraph: start + slice.size < batch.size });
      });
      gradients = gradients ? gradients.map((gradient, leaf) => gradient.add(own[leaf]!)) : own;
    }
    await requireNumbers(loss, gradients!);
    return { loss, crossEntropy, gradients: gradients! };
  });
  trained.step(gradients);
  for (const gradient of gradients) gradient.dispose();
  return made;
}

async function requireNumbers(loss: number, gradients: readonly Tensor[]): Promise<void> {
  const size = await Tensor.stack(gradients.map((gradient) => gradient.abs().sum()))
    .sum()
    .item();
  if (Number.isFinite(loss) && Number.isFinite(Number(size))) return;
  throw new AutocircuitError(
    "not-finite",
    `${Number.isFinite(loss) ? "gradients are" : "the loss is"} no number. Choose a smaller learning rate, or a smaller \`l1\`.`,
  );
}

/** Logits at all positions and the sum of latents `[B, P]`, both with gradients to what autoencoders are made of. */
async function outputs(
  model: PatchableModel,
  transformer: Transformer,
  slice: PromptBatch,
  made: readonly Tensor[],
  signal: AbortSignal | undefined,
) {
  const { mlp, attention, stream, inputs: read } = transformer.latents!;
  const counts = (mlp ?? attention ?? stream)!;
  // No edge is patched, so none need be there.
  const graph: PatchGraph = {
    ...{ factorized: true, seqLen: 0, edgeCount: 0, groups: [], errors: false },
    sourceCount: sourcesWith(model.config, read[0]!, counts[0]!),
    latents: mlp,
    attentionLatents: attention,
    streamLatents: stream,
  };
  const { clean, seqLen } = slice;
  const rows = sourceRows(graph, model.config);
  const ablation = new Ablation(Tensor.zeros([rows, 1, seqLen, model.config.dModel], { dtype: model.computeDtype }));
  const { ids: tokens, padding } = clean;
  const mask = Tensor.zeros([0], { dtype: model.computeDtype }).requireGrad();
  const result = await transformer.forward({
    tokens,
    ...(padding && { padding: Tensor.from(BigInt64Array.from(padding, BigInt), { dtype: "int64" }) }),
    patch: { graph, mask, ablation, autoencoderLeaves: made },
    ...(signal && { signal }),
  });
  return { logits: result.logits!, activity: result.activity! };
}

/** Positions of a batch's clean prompts that are not padding. */
function positionsOf(batch: PromptBatch): number {
  const padded = batch.padding("clean")?.reduce((sum, pads) => sum + pads, 0) ?? 0;
  return batch.size * batch.seqLen - padded;
}

function requirePlaces({ transformer, config }: PatchableModel, input: Autoencoders["input"]): void {
  const problem = transformer.latents
    ? "this model has autoencoders: start from the one without"
    : config.attnOnly && replacedPart(input) === "mlp"
      ? `this model has no MLPs for \`input: "${input}"\`: take "attn_out", "z" or "resid_post"`
      : config.postNorms && (input === "z" || input === "mlp_post")
        ? `autoencoders are trained without their errors, which those of "${input}" need in this model: a norm stands between them and the stream. Take "mlp_out", "attn_out" or another \`input\``
        : undefined;
  if (problem) throw new AutocircuitError("bad-input", `trainAutoencoders: ${problem}.`);
}

function requirePrompts(prompts: PromptLoader): void {
  if (prompts.promptCount === 0) {
    throw new AutocircuitError("bad-input", "trainAutoencoders: there are no prompts.");
  }
  requireWholePrompts("trainAutoencoders", prompts);
}
