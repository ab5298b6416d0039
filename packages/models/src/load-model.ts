import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type ModelGraphOptions, modelGraphOptions, PatchableModel, type Tokenizer } from "@autocircuit/core";
import { endTokens } from "./generate/end-tokens.ts";
import { modelFolder } from "./hub/resolve-model-folder.ts";
import { type LoadOptions, loadOptions } from "./load-parts.ts";
import { hostTransformer, type LoadedTransformer, loadedTransformer } from "./load-transformer.ts";
import { resolveProcessing } from "./processing/process-weights.ts";
import { processedByDefault } from "./processing/processing-of.ts";
import { readConfig } from "./read-config.ts";
import { findTokenizer } from "./tokenizer/load-tokenizer.ts";
import { TextTokenizer } from "./tokenizer/text-tokenizer.ts";
import type { TransformerLensConfig } from "./transformer-lens/config.ts";
import type { HostWeight } from "./transformer-lens/load.ts";

/** How a checkpoint is loaded, and which graph it is patched by. */
export interface LoadModelOptions extends LoadOptions, ModelGraphOptions {
  /** For prompts given as text; default the one of the model's folder, if it has one. Null for none. */
  readonly tokenizer?: Tokenizer | null | undefined;
}

const modelOptions: KindsOf<LoadModelOptions> = {
  ...loadOptions,
  ...modelGraphOptions,
  tokenizer: kind.orNull(kind.having("a tokenizer with an `encode`", "encode")),
};
const check = signature("loadModel", { idOrFolder: kind.text }, modelOptions);
const checkHost = signature("modelFromWeights", { config: kind.record, weights: kind.record }, modelOptions);

/**
 * Loads a checkpoint as a model whose edges can be patched: a folder of `transformers` (processed as TransformerLens does
 * by default), one in TransformerLens's layout (used as it is), or a GGUF file of llama.cpp or Ollama (processed). A model
 * of the hub is fetched first, see {@link resolveModelFolder}.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub such as `gpt2` or `EleutherAI/pythia-70m`
 * @returns the model, which owns its transformer: dispose it when done
 * @throws AutocircuitError `not-found`, `bad-file`, `bad-input`, `aborted`
 * @example
 * using model = await loadModel("models/gpt2", { outputSlice: "last_seq" });
 */
export async function loadModel(idOrFolder: string, options: LoadModelOptions = {}): Promise<PatchableModel> {
  check({ idOrFolder }, options);
  const folder = await modelFolder(idOrFolder, options);
  const given = options.tokenizer === undefined ? await findTokenizer(folder) : options.tokenizer;
  const config = await readConfig(folder);
  const tokenizer = given instanceof TextTokenizer ? given.within(config.dVocab) : given;
  const { centerUnembed } = resolveProcessing(options, config, await processedByDefault(folder));
  const ends = await endTokens(folder);
  return patchable(await loadedTransformer(folder, options), { ...options, tokenizer, centerUnembed }, ends);
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
  checkHost({ config, weights }, options);
  return patchable(await hostTransformer(config, weights, options), options);
}

function patchable(
  { transformer, config, processing, fingerprint }: LoadedTransformer,
  options: LoadModelOptions,
  endTokens?: readonly number[],
): PatchableModel {
  try {
    const { factorized, separateQkv, ungrouped, byToken, seqLen, outputSlice, dtype, sliceBytes } = options;
    const graph = { factorized, separateQkv, ungrouped, byToken, seqLen, outputSlice, sliceBytes };
    return new PatchableModel({
      ...{ transformer, config, processing, fingerprint, dtype, endTokens, tokenizer: options.tokenizer ?? undefined },
      ...graph,
    });
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}
