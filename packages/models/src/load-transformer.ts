import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { ModelProcessing } from "@autocircuit/core";
import { checkedDType, openDevice, Transformer, type TransformerConfig } from "@autocircuit/native";
import { hostFingerprint } from "./fingerprint/host-fingerprint.ts";
import { folderFingerprint } from "./fingerprint/model-fingerprint.ts";
import { modelFolder } from "./hub/resolve-model-folder.ts";
import {
  type LoadOptions,
  loadContext,
  loadedParts,
  loadOptions,
  type ProcessedParts,
  processed,
} from "./load-parts.ts";
import type { TransformerLensConfig } from "./transformer-lens/config.ts";
import { type HostWeight, partsFromHost } from "./transformer-lens/load.ts";
import { damagedTensor } from "./weights/damaged-tensor.ts";

/** A transformer in the engine, with its configuration, which is that of its graph too. */
export interface LoadedTransformer {
  /** The caller's to dispose. */
  readonly transformer: Transformer;
  readonly config: TransformerConfig;
  /** How its weights were processed. */
  readonly processing: ModelProcessing;
  /** What tells its weights from those of others, see `modelFingerprint`. */
  readonly fingerprint: string;
}

const check = signature("loadTransformer", { idOrFolder: kind.text }, loadOptions);
const checkHost = signature("transformerFromWeights", { config: kind.record, weights: kind.record }, loadOptions);

/**
 * Loads a checkpoint folder, a GGUF file, or a model of the hub, into the engine, see {@link loadParts} for what it may hold.
 *
 * @throws AutocircuitError as `loadParts`; `bad-file` for weights that are NaN or infinite; `bad-input` for devices that are none; `device` for one that does not work here
 * @example
 * const { transformer } = await loadTransformer("models/gpt2", { dtype: "float32" });
 */
export async function loadTransformer(idOrFolder: string, options: LoadOptions = {}): Promise<LoadedTransformer> {
  check({ idOrFolder }, options);
  return loadedTransformer(idOrFolder, options);
}

/** The same for options that were checked, and may hold more. */
export async function loadedTransformer(idOrFolder: string, options: LoadOptions): Promise<LoadedTransformer> {
  // Before anything is computed: LibTorch settles with the first gradient whether there is a GPU.
  const { name } = await openDevice(options.device);
  const folder = await modelFolder(idOrFolder, options);
  const parts = await loadedParts(folder, options);
  try {
    const built = await build(parts, { ...options, device: name });
    return { ...built, fingerprint: await orDispose(folderFingerprint(folder, options.signal), built.transformer) };
  } catch (error) {
    throw (isBadInput(error) && (await damagedTensor(folder, error))) || error;
  }
}

/** What is made once the transformer is there, which is the caller's only where that succeeds. */
async function orDispose<T>(made: Promise<T>, transformer: Transformer): Promise<T> {
  try {
    return await made;
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}

/** What the engine says of weights that it does not take. */
function isBadInput(error: unknown): boolean {
  return error instanceof AutocircuitError && error.code === "bad-input";
}

/**
 * Builds a transformer from a TransformerLens configuration and weights in memory, as `@autocircuit/tracr` compiles them.
 *
 * @param weights by TransformerLens name, row-major
 * @param options as for folders; processing is off by default
 * @throws AutocircuitError `bad-file` for weights that do not fit the configuration
 * @example
 * const compiled = compileLibraryProgram("reverse");
 * const { transformer } = await transformerFromWeights(transformerLensConfig(compiled), compiled.weights);
 */
export async function transformerFromWeights(
  config: TransformerLensConfig,
  weights: Readonly<Record<string, HostWeight>>,
  options: LoadOptions = {},
): Promise<LoadedTransformer> {
  checkHost({ config, weights }, options);
  return hostTransformer(config, weights, options);
}

/** The same for options that were checked, and may hold more. */
export async function hostTransformer(
  config: TransformerLensConfig,
  weights: Readonly<Record<string, HostWeight>>,
  options: LoadOptions,
): Promise<LoadedTransformer> {
  const { name } = await openDevice(options.device);
  const parts = processed(await partsFromHost(config, weights, loadContext(options)), options, false);
  const built = await build(parts, { ...options, device: name });
  const fingerprint = hostFingerprint(config, weights, options.signal);
  return { ...built, fingerprint: await orDispose(fingerprint, built.transformer) };
}

/** Hands weights over to the engine, which keeps what it needs of them and looks for NaN. */
async function build(
  { config, weights, processing }: ProcessedParts,
  { dtype, device, tf32 }: LoadOptions,
): Promise<Omit<LoadedTransformer, "fingerprint">> {
  using owned = weights;
  const how = { device, dtype: checkedDType(dtype ?? "float32"), tf32 };
  const transformer = Transformer.create(config, owned.toWeights(), how);
  try {
    return { transformer: await transformer.ready(), config, processing };
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}
