import { AutocircuitError } from "@autocircuit/base";
import {
  type AblatedSlice,
  type AblationType,
  overPrompts,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  type PromptSide,
} from "@autocircuit/core";
import { grad, scope, Tensor } from "@autocircuit/native";
import { requireFiniteScores, trainedName } from "../finite-scores.ts";
import { Adam, type AdamOptions } from "./adam.ts";
import { namingStep, stepName, type TrainingStep } from "./naming-step.ts";
import type { TrainingHistory, ValidationPoint } from "./trained-scores.ts";
import type { TrainingOptions } from "./training-progress.ts";
import type { TrainingState } from "./training-search.ts";

/** What a step minimises. Whatever it draws at random it draws when it is made: slices, and work that starts again, must see the same. */
export interface StepTerms extends Disposable {
  /** The part about the number of edges: a scalar. */
  readonly size: (parameters: Tensor) => Tensor;
  /** The part about the outputs for some of the batch's prompts: a scalar, their mean. It may be without gradients. */
  readonly target: (parameters: Tensor, slice: AblatedSlice, pass: number) => Promise<Tensor>;
  /** How many passes over the prompts the part about the outputs is a mean of. Default 1. */
  readonly passes?: number;
}

/** What {@link trainMasks} trains. */
export interface MaskTraining extends Pick<TrainingOptions, "signal" | "onProgress"> {
  readonly model: PatchableModel;
  readonly prompts: PromptLoader;
  /** The first parameters, one for each edge and behind them whatever else is trained; become the training's. */
  readonly start: Tensor;
  readonly epochs: number;
  readonly adam: AdamOptions;
  /** What the learning rate is multiplied by in a step. Default 1. */
  readonly rateAt?: ((step: number, steps: number) => number) | undefined;
  /** Done to the gradient before a step. */
  readonly limit?: ((gradient: Tensor) => Tensor) | undefined;
  readonly ablation: AblationType;
  /** The prompts that the ablation is made from, where it is made batch by batch. */
  readonly ablateFrom: PromptSide;
  readonly terms: (step: number, batch: PromptBatch, parameters: Tensor) => StepTerms | Promise<StepTerms>;
  /** Called after each step with the new parameters. */
  readonly validate?: ((parameters: Tensor, step: number, batch: PromptBatch) => Promise<ValidationPoint>) | undefined;
  /** Where an earlier run stood: its steps are left out. */
  readonly from?: TrainingState | undefined;
  /** Called before the first step and after each with where training stands. */
  readonly onState?: ((state: TrainingState) => void) | undefined;
}

/**
 * Trains parameters of masks by Adam, every batch of every epoch a step.
 *
 * @returns the last parameters, and what was minimised in each step
 * @throws AutocircuitError `not-finite` that names the step where loss or gradients are no numbers; `aborted`
 */
export async function trainMasks(
  training: MaskTraining,
): Promise<{ parameters: Float32Array; history: TrainingHistory }> {
  const { model, prompts, epochs, signal, onProgress, validate } = training;
  requirePrompts(prompts);
  const total = epochs * prompts.length;
  const { from, onState } = training;
  const targets: number[] = [...(from?.history.target ?? [])];
  const sizes: number[] = [...(from?.history.size ?? [])];
  const validation: ValidationPoint[] = [...(from?.history.validation ?? [])];
  const history = (): TrainingHistory => ({
    ...{ loss: targets.map((target, i) => target + sizes[i]!), target: [...targets], size: [...sizes] },
    ...(validate && { validation: [...validation] }),
  });
  const edgeCount = model.graph.edgeCount;
  using adam = new Adam(training.start, training.adam);
  if (from) adam.restore(from.adam);
  const tell = async () => onState?.({ adam: await adam.numbers(), history: history() });
  if (onState) await tell();
  // Whole epochs that an earlier run made are left out, and of the one it stopped in the batches that it had seen.
  let seen = targets.length % prompts.length;
  const rounds = epochs - Math.floor(targets.length / prompts.length);
  const { ablation, ablateFrom } = training;
  for await (const { batch, run } of overPrompts(model, prompts, { ablation, ablateFrom, rounds, signal })) {
    if (seen > 0) {
      seen--;
      continue;
    }
    const step = targets.length;
    await namingStep({ step, total, batchCount: prompts.length }, async () => {
      using terms = await training.terms(step, batch, adam.parameter);
      const work = (slices: AsyncIterable<AblatedSlice>) => gradientOf(training, adam.parameter, terms, batch, slices);
      const { gradient, target, size } = await run(work);
      using owned = gradient;
      using limited = training.limit?.(owned);
      adam.step(limited ?? owned, training.rateAt?.(step, total));
      targets.push(target);
      sizes.push(size);
      if (validate) validation.push(await validate(adam.parameter, step, batch));
      if (onState) await tell();
      onProgress?.({
        ...{ done: step + 1, total, loss: target + size, target, size },
        gradient: Float32Array.from(await owned.data(), Number).subarray(0, edgeCount),
        ...(validate && { validation: validation[step]! }),
      });
    });
  }
  const parameters = Float32Array.from(await adam.parameter.data(), Number);
  requireFiniteNumbers(parameters, model, { step: total, total, batchCount: prompts.length });
  return { parameters, history: history() };
}

/** The last step has no loss after it that would tell. */
function requireFiniteNumbers(parameters: Float32Array, { graph }: PatchableModel, end: TrainingStep): void {
  const place = parameters.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  throw new AutocircuitError(
    "not-finite",
    `${stepName(end)}: what is trained for ${trainedName(graph, place)} is ${parameters[place]}, not a number. ` +
      "Choose a smaller learning rate.",
  );
}

/** Gradient and parts of the loss of a batch, slice by slice. */
async function gradientOf(
  { model }: MaskTraining,
  parameter: Tensor,
  terms: StepTerms,
  batch: PromptBatch,
  slices: AsyncIterable<AblatedSlice>,
): Promise<{ gradient: Tensor; target: number; size: number }> {
  const parts: Tensor[] = [];
  const add = async (share: number, part: (parameters: Tensor) => Promise<Tensor> | Tensor): Promise<void> => {
    const before = sum;
    const [value, grown] = await scope(async () => {
      const parameters = parameter.requireGrad();
      const loss = (await part(parameters)).mul(share);
      const gradient = loss.requiresGrad ? before.add(grad(loss, [parameters])[0]!) : before.clone();
      return [loss.detach().to("float64"), gradient] as const;
    });
    parts.push(value);
    before.dispose();
    sum = grown;
  };
  let sum = Tensor.zeros(parameter.shape, { dtype: parameter.dtype });
  await add(1, terms.size);
  const { passes = 1 } = terms;
  for await (const slice of slices)
    for (let pass = 0; pass < passes; pass++)
      await add(slice.slice.size / batch.size / passes, (parameters) => terms.target(parameters, slice, pass));
  const [size, ...targets] = Array.from(await Tensor.stack(parts).data(), Number);
  const target = targets.reduce((whole, part) => whole + part, 0);
  if (!Number.isFinite(target + size!)) {
    throw new AutocircuitError(
      "not-finite",
      `The loss is ${target + size!}, not a number (${target} from the outputs, ${size} from the size). Choose a smaller learning rate, ` +
        "or look for prompts whose answers the full model cannot tell apart.",
    );
  }
  await requireFiniteScores(sum, { model, batch, what: "gradient" });
  return { gradient: sum, target, size: size! };
}

function requirePrompts({ length }: PromptLoader): void {
  if (length === 0) throw new AutocircuitError("bad-input", "Training needs at least one batch of prompts.");
}
