import { Ablation, AutocircuitError, scope, Tensor } from "@autocircuit/native";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { tokenContext } from "../prompts/token-context.ts";
import { type AblationType, ablationTypes, dataSetSides } from "./ablation-type.ts";
import { type LongOptions, throwIfAborted } from "./long-options.ts";
import type { PatchableModel } from "./patchable-model.ts";
import { allTokensMean, batchSum, meanOf, tokenwiseMean } from "./source-means.ts";

/** Makes an ablation; see `PatchableModel.ablations`. */
export async function ablationsOf(
  model: PatchableModel,
  from: Tensor | PromptLoader,
  type: AblationType,
  options: LongOptions,
): Promise<Ablation> {
  if (!ablationTypes.includes(type)) {
    throw new AutocircuitError("bad-input", `Unknown ablation "${type}". There are: ${ablationTypes.join(", ")}.`);
  }
  const sides = dataSetSides(type);
  const tokens = from instanceof Tensor ? from : undefined;
  if (sides !== undefined) {
    if (!(from instanceof Tensor)) return dataSetMean(model, from, sides, options);
    throw new AutocircuitError(
      "bad-input",
      `The ablation "${type}" is a mean over a data set: give its prompts, not the tokens of one batch.`,
    );
  }
  if (tokens === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `The ablation "${type}" is made batch by batch: give tokens, such as \`batch.corrupt\`.`,
    );
  }
  if (type === "zero") return zero(model, tokens);
  const sources = await model.sources(tokens, options.signal && { signal: options.signal });
  const { padding } = tokenContext(tokens);
  const values =
    type === "resample"
      ? sources
      : type === "batch-tokenwise-mean"
        ? tokenwiseMean(sources, padding)
        : allTokensMean(sources, padding);
  if (values !== sources) sources.dispose();
  return ablationTaking(values);
}

function zero(model: PatchableModel, tokens: Tensor): Ablation {
  const shape = [model.graph.srcs.length, 1, tokens.shape[1]!, model.config.dModel];
  return ablationTaking(Tensor.zeros(shape, { dtype: model.computeDtype }));
}

/** Mean per position over all prompts of a data set; only the running sum and one batch are held at a time. */
async function dataSetMean(
  model: PatchableModel,
  loader: PromptLoader,
  sides: readonly ("clean" | "corrupt")[],
  { signal, onProgress }: LongOptions,
): Promise<Ablation> {
  if (loader.length === 0)
    throw new AutocircuitError("bad-input", "A mean over a data set needs at least one batch of prompts.");
  let running: { sum: Tensor; count: Tensor } | undefined;
  const total = loader.length * sides.length;
  let done = 0;
  try {
    for (const batch of loader) {
      for (const side of sides) {
        throwIfAborted(signal);
        const tokens = batch.tokens(side);
        const sources = await model.sources(tokens, signal && { signal });
        const previous = running;
        running = scope(() => {
          const { sum, count } = batchSum(sources, tokenContext(tokens).padding);
          return previous ? { sum: previous.sum.add(sum), count: previous.count.add(count) } : { sum, count };
        });
        for (const tensor of [sources, previous?.sum, previous?.count]) tensor?.dispose();
        onProgress?.({ done: ++done, total });
      }
    }
    const { sum, count } = running!;
    return ablationTaking(scope(() => meanOf(sum, count).to(model.computeDtype)));
  } finally {
    running?.sum.dispose();
    running?.count.dispose();
  }
}

/** An ablation of these values. */
function ablationTaking(values: Tensor): Ablation {
  return new Ablation(values);
}
