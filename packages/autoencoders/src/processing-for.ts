import { signature } from "@autocircuit/base";
import type { ProcessingOptions } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import type { InspectedAutoencoders } from "./inspect-autoencoders.ts";
import * as kinds from "./kinds.ts";
import { readsMeans, readsValues } from "./made-for.ts";
import { placeIn } from "./place-in.ts";

const check = signature("processingFor", { inspected: kinds.inspected, config: kinds.modelConfig });

/**
 * How a model's weights have to be processed so that autoencoders read in it what they were made for: what the loader is to be told beside what
 * the user tells it. Nothing where its own choice does, and of what the files do not tell.
 *
 * @param config of the model
 * @throws AutocircuitError `bad-input` for autoencoders whose latents cannot be sources of this model, and without its configuration
 * @example
 * const inspected = await inspectAutoencoders("saes/mlp-out");
 * const model = await loadModel("models/gpt2", processingFor(inspected, await readConfig("models/gpt2")));
 */
export function processingFor(
  inspected: Pick<InspectedAutoencoders, "autoencoders" | "format">,
  config: TransformerConfig,
): ProcessingOptions {
  check({ inspected, config });
  const { autoencoders, format } = inspected;
  const processing: ProcessingOptions = {};
  for (const one of autoencoders) {
    const { hookIn, madeFor } = one;
    const { normWeights } = placeIn(format, config, one);
    if (normWeights !== undefined) processing.foldLn = !normWeights;
    if (config.norm === "layer" && readsMeans(hookIn) && madeFor?.centeredWrites === false)
      processing.centerWritingWeights = false;
    if (readsValues(hookIn) && madeFor?.valueBiases === true) processing.foldValueBiases = false;
  }
  return processing;
}
