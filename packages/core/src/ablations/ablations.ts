import { AutocircuitError } from "@autocircuit/base";
import { Ablation, scope, sourceRows, Tensor } from "@autocircuit/native";
import { promptsAtOnce } from "../memory/bytes.ts";
import { computed, inSmallerSlices } from "../memory/in-smaller-slices.ts";
import { firstLatentRow } from "../model/latents.ts";
import { type LongOptions, throwIfAborted } from "../model/long-options.ts";
import type { RunningModel } from "../model/sized-model.ts";
import { equalParts } from "../prompts/equal-parts.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { Tokens } from "../prompts/tokens.ts";
import { type AblationType, ablationKind, dataSetSides } from "./ablation-type.ts";
import { alignedSources } from "./aligned-sources.ts";
import { allTokensMean, batchSum, meanOf } from "./source-means.ts";

/** Makes an ablation; see `PatchableModel.ablations`. */
export async function ablationsOf(
  model: RunningModel,
  from: Tokens | Tensor | PromptLoader,
  type: AblationType,
  options: LongOptions,
): Promise<Ablation> {
  const sides = dataSetSides(type);
  if (sides !== undefined) {
    if (isLoader(from)) return dataSetMean(model, from, type, sides, options);
    throw new AutocircuitError(
      "bad-input",
      `The ablation "${type}" is a mean over a data set: give its prompts, not the tokens of one batch.`,
    );
  }
  if (isLoader(from)) {
    throw new AutocircuitError(
      "bad-input",
      `The ablation "${type}" is made batch by batch: give tokens, such as \`batch.corrupt\`.`,
    );
  }
  const { signal } = options;
  const tokens = Tokens.of(from);
  const { values } = ablationKind(type);
  if (values === "none") return zero(model, tokens);
  if (values === "mean") return mean(model, [() => tokens], allTokensMean, { signal });
  requireEqualPairs(tokens, type);
  if (values === "other-run") return resample(model, tokens, signal);
  return mean(model, [() => tokens], meanOf, { signal });
}

function isLoader(from: Tokens | Tensor | PromptLoader): from is PromptLoader {
  return "batches" in from;
}

/**
 * Values that belong to a position can be taken only where clean and corrupt prompts have the same positions, or are aligned.
 *
 * @throws AutocircuitError `bad-input` that names the prompt
 */
function requireEqualPairs({ unequal }: Tokens, type: AblationType): void {
  if (unequal === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${unequal}. The ablation "${type}" takes values position by position: give prompts of equal length, or say how they ` +
      'belong together: `align: "end"` or `align: "words"` when they are loaded. Or leave out those that do not fit (`fittingPrompts`).',
  );
}

/** Each prompt's own values in the run of the other prompt of its pair. */
async function resample(model: RunningModel, tokens: Tokens, signal: AbortSignal | undefined): Promise<Ablation> {
  const { counterpart, padding } = tokens;
  if (counterpart) return new Ablation(await alignedSources(model, tokens, counterpart, signal));
  return new Ablation(await model.sourceOutputs(tokens, signal && { signal }), { firstPositions: padding });
}

function zero(model: RunningModel, tokens: Tokens): Ablation {
  const shape = [sourceRows(model.graph.toNative(), model.config), 1, tokens.seqLen, model.config.dModel];
  return new Ablation(Tensor.zeros(shape, { dtype: model.computeDtype }));
}

/** A mean over all prompts of a data set. */
async function dataSetMean(
  model: RunningModel,
  loader: PromptLoader,
  type: AblationType,
  sides: readonly ("clean" | "corrupt")[],
  options: LongOptions,
): Promise<Ablation> {
  if (loader.length === 0)
    throw new AutocircuitError("bad-input", "A mean over a data set needs at least one batch of prompts.");
  const by = ablationKind(type).values === "mean" ? allTokensMean : meanOf;
  const tokens = loader.batches.flatMap((batch) =>
    sides.map((side) => () => {
      if (by === meanOf) requireEqualPairs(batch.tokens(side), type);
      return batch.tokens(side);
    }),
  );
  return mean(model, tokens, by, options);
}

/**
 * A mean of source outputs over prompts that are run part by part: only the running sum and the outputs of one slice are held at a time.
 */
async function mean(
  model: RunningModel,
  parts: readonly (() => Tokens)[],
  take: (sum: Tensor, count: Tensor) => Tensor,
  { signal, onProgress }: LongOptions,
): Promise<Ablation> {
  let running: Sum | undefined;
  try {
    for (const [done, part] of parts.entries()) {
      throwIfAborted(signal);
      const next = await partSum(model, part(), signal);
      running = running === undefined ? next : added(running, next);
      onProgress?.({ done: done + 1, total: parts.length });
    }
    const { sum, count } = running!;
    const latentsSameEverywhere = take === allTokensMean && (model.transformer.latents?.byPosition ?? false);
    const taken = latentsSameEverywhere ? (sum: Tensor, count: Tensor) => meanBesideLatents(model, sum, count) : take;
    // A mean over all positions is the same at each of them; the others begin where the longest prompt does.
    const begins = async () => [(await count.data()).findIndex((promptCount) => Number(promptCount) > 0)];
    const firstPositions = take === allTokensMean ? undefined : await begins();
    return new Ablation(
      scope(() => taken(sum, count).to(model.computeDtype)),
      { latentsSameEverywhere, firstPositions },
    );
  } finally {
    running?.sum.dispose();
    running?.count.dispose();
  }
}

/**
 * A mean over all positions whose latents are others at each: what each position adds to it stays apart, for the engine to write with that
 * position's decoder.
 */
function meanBesideLatents({ graph }: RunningModel, sum: Tensor, count: Tensor): Tensor {
  return scope(() => {
    const rows = sum.shape[0]!;
    const ordinary = firstLatentRow(graph);
    const means = allTokensMean(sum.slice(0, 0, ordinary), count);
    return Tensor.cat([means, sum.slice(0, ordinary, rows).div(count.sum(2, true).clamp(1))]);
  });
}

type Sum = ReturnType<typeof batchSum>;

/** Adds two sums up and frees them. */
function added(a: Sum, b: Sum): Sum {
  const both = scope(() => ({ sum: a.sum.add(b.sum), count: a.count.add(b.count) }));
  for (const tensor of [a.sum, a.count, b.sum, b.count]) tensor.dispose();
  return both;
}

/** What prompts add to a mean, in slices that fit into memory. */
async function partSum(model: RunningModel, tokens: Tokens, signal: AbortSignal | undefined): Promise<Sum> {
  const { size: count, seqLen, canSlice } = tokens;
  const sliced = { count, seqLen, canSlice };
  return inSmallerSlices(model, sliced, async () => {
    let running: Sum | undefined;
    try {
      for (const [start, end] of equalParts(count, canSlice ? promptsAtOnce(model, seqLen) : count)) {
        throwIfAborted(signal);
        const next = await sliceSum(model, tokens, start, end, signal);
        running = running === undefined ? next : added(running, next);
      }
      await computed(running!.sum);
      return running!;
    } catch (error) {
      running?.sum.dispose();
      running?.count.dispose();
      throw error;
    }
  });
}

/** What some of the prompts add to a mean. */
async function sliceSum(
  model: RunningModel,
  tokens: Tokens,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Sum> {
  const whole = end - start === tokens.size;
  const slice = whole ? tokens : tokens.slice(start, end);
  try {
    using sources = await model.sourceOutputs(slice, signal && { signal });
    return batchSum(sources, slice.padding);
  } finally {
    if (!whole) slice.dispose();
  }
}
