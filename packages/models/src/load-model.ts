import { type ModelGraphOptions, PatchableModel, type Tokenizer } from "@autocircuit/core";
import type { LoadOptions } from "./load-parts.ts";
import { type LoadedTransformer, loadTransformer, transformerFromWeights } from "./load-transformer.ts";
import type { TransformerLensConfig } from "./transformer-lens/config.ts";
import type { HostWeight } from "./transformer-lens/load.ts";

/** How a checkpoint is loaded, and which graph it is patched by. */
export interface LoadModelOptions extends LoadOptions, ModelGraphOptions {
  /** For prompts given as text. */
  readonly tokenizer?: Tokenizer | undefined;
}

/**
 * Loads a checkpoint folder as a model whose edges can be patched: a folder of `transformers` (processed as
 * TransformerLens does by default), or one in TransformerLens's layout (used as it is).
 *
 * @returns the model, which owns its transformer: dispose it when done
 * @throws AutocircuitError `not-found`, `bad-file`, `bad-input`, `aborted`
 * @example
 * using model = await loadModel("models/gpt2", { outputSlice: "last_seq" });
 */
export async function loadModel(folder: string, options: LoadModelOptions = {}): Promise<PatchableModel> {
  return patchable(await loadTransformer(folder, options), options);
}

/**
 * The same for weights in memory, see {@link transformerFromWeights}.
 *
 * @example
 * const compiled = compileLibraryProgram("reverse");
 * using model = await modelFromWeights(transformerLensConfig(compiled), compiled.weights, { outputSlice: "not_first_seq" });
 */
export async function modelFromWeights(
  config: TransformerLensConfig,
  weights: Readonly<Record<string, HostWeight>>,
  options: LoadModelOptions = {},
): Promise<PatchableModel> {
  return patchable(await transformerFromWeights(config, weights, options), options);
}

function patchable({ transformer, config }: LoadedTransformer, options: LoadModelOptions): PatchableModel {
  try {
    const { factorized, separateQkv, ungrouped, byToken, seqLen, outputSlice, dtype, tokenizer } = options;
    const graph = { factorized, separateQkv, ungrouped, byToken, seqLen, outputSlice };
    return new PatchableModel({ transformer, config, dtype, tokenizer, ...graph });
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}
