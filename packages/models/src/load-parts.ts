import { type DType, dtypes, type KindsOf, kind, signature } from "@autocircuit/base";
import type { ModelProcessing } from "@autocircuit/core";
import { type DeviceName, deviceName } from "@autocircuit/native";
import { isGguf } from "./gguf/gguf-file.ts";
import { loadGguf } from "./gguf/load.ts";
import { type HubOptions, hubOptions } from "./hub/hub-options.ts";
import { modelFolder } from "./hub/resolve-model-folder.ts";
import { loadHuggingFace } from "./hugging-face/load.ts";
import { type LoadContext, type LoadProgress, weightDType } from "./load-context.ts";
import {
  type ProcessingOptions,
  processingOptions,
  processingSteps,
  processWeights,
  resolveProcessing,
} from "./processing/process-weights.ts";
import { processedByDefault } from "./processing/processing-of.ts";
import { asTransformerLens, openConfig } from "./read-config.ts";
import { Checkpoint } from "./safetensors/checkpoint.ts";
import { loadTransformerLens, type ModelParts } from "./transformer-lens/load.ts";

/** How a checkpoint is loaded, and fetched if it is given by name. */
export interface LoadOptions extends ProcessingOptions, HubOptions {
  /** The type to compute in: float32 (default), float64, bfloat16 or float16, whatever the file stores. */
  dtype?: DType | undefined;
  /** Where to compute; default `AUTOCIRCUIT_DEVICE`, else the CPU. */
  device?: DeviceName | undefined;
  /** Let float32 products on a GPU round their factors to 10 bits. Default false. */
  tf32?: boolean | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** What {@link LoadOptions} may be. */
export const loadOptions: KindsOf<LoadOptions> = {
  ...processingOptions,
  ...hubOptions,
  dtype: kind.oneOf(dtypes),
  device: deviceName,
  tf32: kind.flag,
  onProgress: kind.callback,
};

/** A model's configuration and weights, and how these were processed. */
export interface ProcessedParts extends ModelParts {
  readonly processing: ModelProcessing;
}

const check = signature("loadParts", { idOrFolder: kind.text }, loadOptions);

/**
 * Reads a checkpoint folder or a GGUF file: its configuration, and its weights under TransformerLens names, processed as
 * asked. The caller owns the weights.
 *
 * Processing is on by default for folders of `transformers` and GGUF files, and off for TransformerLens's, whose weights are used as
 * they are. It is done in the type to compute in.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub, see {@link resolveModelFolder}
 * @throws AutocircuitError `not-found`, `bad-file`, `bad-input` for processing that would change the model, `aborted`
 */
export async function loadParts(idOrFolder: string, options: LoadOptions = {}): Promise<ProcessedParts> {
  check({ idOrFolder }, options);
  return loadedParts(idOrFolder, options);
}

/** The same for options that were checked, and may hold more. */
export async function loadedParts(idOrFolder: string, options: LoadOptions): Promise<ProcessedParts> {
  const folder = await modelFolder(idOrFolder, options);
  const byDefault = await processedByDefault(folder);
  return processed(await storedParts(folder, loadContext(options)), options, byDefault);
}

async function storedParts(folder: string, context: LoadContext): Promise<ModelParts> {
  if (isGguf(folder)) return loadGguf(folder, context);
  const { format, raw } = await openConfig(folder);
  await using checkpoint = await Checkpoint.open(folder);
  if (format === "hugging-face") return await loadHuggingFace(checkpoint, raw, context);
  return await loadTransformerLens(checkpoint, asTransformerLens(raw), raw.where, context);
}

/** What the stages of loading need of the options. */
export function loadContext({ dtype, signal, onProgress }: LoadOptions): LoadContext {
  return { dtype: weightDType(dtype), signal, onProgress };
}

/**
 * Processes weights as asked; frees them when that fails.
 *
 * @param byDefault whether to do what the options leave open
 */
export function processed(parts: ModelParts, options: LoadOptions, byDefault: boolean): ProcessedParts {
  try {
    const { config, weights } = parts;
    const asked = resolveProcessing(options, config, byDefault);
    processWeights(weights, config, asked, options);
    const usual = resolveProcessing({}, config, byDefault);
    const steps = processingSteps.filter((step) => asked[step]);
    return { ...parts, processing: { steps, usual: processingSteps.every((step) => asked[step] === usual[step]) } };
  } catch (error) {
    parts.weights[Symbol.dispose]();
    throw error;
  }
}
