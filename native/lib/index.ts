export { Ablation, type AblationDetails } from "./ablation.ts";
export type { MemoryFigures, ProcessorFacts, ProductsWay, Recordings } from "./addon.ts";
export {
  type Autoencoders,
  type AutoencodersOfPlace,
  disposeAutoencoders,
  fingerprintOfAll,
  isTranscoder,
  type Latents,
  mapAutoencoders,
  type PlacedAutoencoder,
  placedAutoencoders,
  type ReplacedPart,
  replacedPart,
  replacedParts,
  sourceRows,
} from "./autoencoders.ts";
export type { BlockAutoencoder, LatentNumbers, Rivals } from "./block-autoencoder.ts";
export { type Device, type DeviceName, defaultDevice, deviceName, parseDevice } from "./device.ts";
export { type DeviceFacts, type OpenDevice, openDevice } from "./devices/open-device.ts";
export type { HostArray, NestedNumbers } from "./dtype.ts";
export { type ComputeDType, computeDTypes, elementBytes } from "./dtype.ts";
export type { BackwardRules, ForwardRequest, ForwardResult, Patch } from "./forward.ts";
export { hookNames } from "./hook-names.ts";
export type { HookRequest, Replacement } from "./hook-request.ts";
export { hookKinds } from "./hook-request.ts";
export { KeptRun, Prefix } from "./kept.ts";
export type { PatchGraph, PatchGroup } from "./patch-graph.ts";
export {
  limitDeviceMemory,
  memory,
  processor,
  recordings,
  recordingsText,
  resetPeak,
  setProducts,
  setThreads,
  synchronize,
  threads,
  versions,
} from "./runtime.ts";
export { scope, unscoped } from "./scope.ts";
export { grad, Tensor } from "./tensor.ts";
export type { ValuesAndIndices } from "./tensor-reductions.ts";
export { Transformer } from "./transformer.ts";
export type { RotaryConfig, TransformerConfig } from "./transformer-config.ts";
export { checkedDType, type TransformerOptions } from "./transformer-options.ts";
export type { WeightProcessing } from "./weight-processing.ts";
export type { Weights } from "./weights.ts";
