export { ConfigReader } from "./config-reader.ts";
export { describeModel } from "./describe-model.ts";
export { type EstimateMemoryOptions, estimateMemory, type MemoryEstimate } from "./estimate-memory.ts";
export { modelFingerprint } from "./fingerprint/model-fingerprint.ts";
export { type FreeBesideOptions, freeBeside } from "./free-beside.ts";
export {
  type ContinuedTokens,
  type ContinueOptions,
  continueTokens,
  type StopReason,
} from "./generate/continue-tokens.ts";
export { promptIds } from "./generate/prompt-ids.ts";
export { requireWriter } from "./generate/require-writer.ts";
export { roomBehind } from "./generate/room-behind.ts";
export { GgufFile, isGguf } from "./gguf/gguf-file.ts";
export { ggufSummary } from "./gguf/model-config.ts";
export type { GgufTensor } from "./gguf/tensor-infos.ts";
export { TENSOR_TYPES, type TensorType } from "./gguf/tensor-types.ts";
export type { DownloadProgress, HubOptions, ResolveOptions } from "./hub/hub-options.ts";
export { hubOptions } from "./hub/hub-options.ts";
export { modelName } from "./hub/model-name.ts";
export { type HubFolderOptions, resolveHubFolder } from "./hub/resolve-hub-folder.ts";
export { resolveModelFolder } from "./hub/resolve-model-folder.ts";
export { modelFamilies } from "./hugging-face/families.ts";
export { type ActiveLatent, type LatentRow, type LatentTableOptions, latentTable } from "./latent-table.ts";
export type { LoadProgress } from "./load-context.ts";
export { type LoadModelOptions, loadModel, modelFromWeights } from "./load-model.ts";
export { type LoadOptions, loadParts } from "./load-parts.ts";
export { type LoadedTransformer, loadTransformer, transformerFromWeights } from "./load-transformer.ts";
export { type LogitLensOptions, logitLens } from "./logit-lens.ts";
export { type LogitTable, type LogitTableOptions, logitTable } from "./logit-table.ts";
export { type MemoryDemand, memoryDemand, type PlannedRun, requireMemory } from "./memory-demand.ts";
export { parameterCount } from "./parameter-count.ts";
export { type ProcessingOptions, processingSteps } from "./processing/process-weights.ts";
export { processingOf } from "./processing/processing-of.ts";
export type { LogitRow } from "./ranked-logits.ts";
export { readConfig, readConfigFile, sharesEmbedding } from "./read-config.ts";
export { type LoadablePlan, requireLoadable } from "./require-loadable.ts";
export { inverseFrequencies, type RotaryFrequencies } from "./rotary/frequencies.ts";
export type { RotaryParameters } from "./rotary/parameters.ts";
export { Checkpoint } from "./safetensors/checkpoint.ts";
export { decode as decodeValues } from "./safetensors/decode.ts";
export type { HostTensor } from "./safetensors/encode.ts";
export { SafetensorsFile } from "./safetensors/safetensors-file.ts";
export { tensorFromFile } from "./safetensors/tensor-from-file.ts";
export { type WritableTensors, writeSafetensors } from "./safetensors/write.ts";
export { gpt2Tokenizer } from "./tokenizer/gpt2-tokenizer.ts";
export { findTokenizer, loadTokenizer } from "./tokenizer/load-tokenizer.ts";
export { type DecodeOptions, TextTokenizer } from "./tokenizer/text-tokenizer.ts";
export { fromTransformerLens, type TransformerLensConfig } from "./transformer-lens/config.ts";
export type { HostWeight, ModelParts } from "./transformer-lens/load.ts";
export { WeightSet } from "./weights/weight-set.ts";
