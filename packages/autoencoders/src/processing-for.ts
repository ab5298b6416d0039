import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { ProcessingOptions } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import type { AutoencoderFacts } from "./autoencoder-facts.ts";
import type { InspectedAutoencoders } from "./inspect-autoencoders.ts";
import * as kinds from "./kinds.ts";
import { readsMeans, readsStream, readsValues } from "./made-for.ts";
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
    for (const [step, on] of Object.entries(neededBy(format, config, one)) as [keyof ProcessingOptions, boolean][]) {
      if (processing[step] !== undefined && processing[step] !== on) throw contradiction(step, autoencoders, one);
      processing[step] = on;
    }
  }
  return processing;
}

const checkGiven = signature("checkProcessing", {
  inspected: kinds.inspected,
  config: kinds.modelConfig,
  processing: kind.record,
});

/**
 * Holds that autoencoders which read what a norm gives are not of a model whose norms the user has processed otherwise, as far as files tell
 * before weights are read: the engine sees in the weights what was done, and refuses the rest.
 *
 * @param processing what the user tells the model's loader; steps that are not said are not looked at
 * @throws AutocircuitError `bad-input` that says how to load the model; and as {@link processingFor}
 * @example
 * const inspected = await inspectAutoencoders("saes/mlp-out");
 * checkProcessing(inspected, await readConfig("models/gpt2"), { foldLn: false });
 */
export function checkProcessing(
  inspected: Pick<InspectedAutoencoders, "autoencoders" | "format">,
  config: TransformerConfig,
  processing: ProcessingOptions,
): void {
  checkGiven({ inspected, config, processing });
  const { autoencoders, format } = inspected;
  const { foldLn } = processing;
  if (foldLn === undefined) return;
  for (const one of autoencoders) {
    const { normWeights } = placeIn(format, config, one);
    if (normWeights === undefined || normWeights !== foldLn) continue;
    // A LayerNorm may have no weights (OLMo), and then nothing is there to fold.
    if (!normWeights && config.norm !== "rms") continue;
    throw new AutocircuitError(
      "bad-input",
      normWeights
        ? `${one.path}: reads what the norm before the MLP gives with its weights, and the model was to be loaded with these folded into the MLP's matrices: load it without that (\`foldLn: false\`).`
        : `${one.path}: reads what the norm before the MLP gives before its weights, and the model was to be loaded with its MLP reading them: load it with them folded into the MLP's matrices (\`foldLn: true\`).`,
    );
  }
}

/** What one of them needs. */
function neededBy(
  format: InspectedAutoencoders["format"],
  config: TransformerConfig,
  one: AutoencoderFacts,
): ProcessingOptions {
  const { hookIn, madeFor } = one;
  const { normWeights } = placeIn(format, config, one);
  const means = config.norm === "layer" && readsMeans(hookIn) ? madeFor?.centeredWrites : undefined;
  return {
    ...(normWeights !== undefined && { foldLn: !normWeights }),
    // What only the model writes is centred as well where it is encoded.
    ...((means === false || (means === true && readsStream(hookIn))) && { centerWritingWeights: means }),
    ...(readsValues(hookIn) && madeFor?.valueBiases === true && { foldValueBiases: false }),
  };
}

function contradiction(
  step: keyof ProcessingOptions,
  autoencoders: readonly AutoencoderFacts[],
  { path }: AutoencoderFacts,
): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `${autoencoders[0]!.path} and ${path} were made for models of which one is processed by \`${step}\` and the other is not: no model is both. Give one of them.`,
  );
}
