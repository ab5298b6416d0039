export { AutocircuitError, type ErrorCode, version } from "@autocircuit/base";
export {
  type AblationType,
  ablationKind,
  ablationTypes,
  dataSetSides,
  isBatchMean,
  isMean,
} from "./ablations/ablation-type.ts";
export { aliases } from "./aliases.ts";
export { type DiscoveredCircuit, discoveredCircuit } from "./discovered/discovered-circuit.ts";
export { optionsFoundWith } from "./discovered/options-found-with.ts";
export { plainOptions } from "./discovered/plain-options.ts";
export { type ScoredEdge, scoredEdges } from "./discovered/scored-edges.ts";
export { Edge, type EdgeRef } from "./graph/edge.ts";
export { Graph } from "./graph/graph.ts";
export {
  type AskedGraphKind,
  type GraphConfig,
  type GraphKind,
  type GraphOptions,
  graphKindProblem,
  type ResolvedGraphConfig,
} from "./graph/graph-config.ts";
export { type GraphLimits, graphLimits, setMaxEdges, usualMaxEdges } from "./graph/graph-limits.ts";
export { type GraphSize, graphSize } from "./graph/graph-size.ts";
export { type KeptLatents, latentNumber, latentPositionsProblem, latentsByPosition } from "./graph/kept-latents.ts";
export type { DestGroup, DestKind, DestNode, NodeKind, SrcKind, SrcNode } from "./graph/node.ts";
export {
  graphDifference,
  keepsLatentErrors,
  type LatentErrorsAsked,
  type LatentIdentity,
  latentDifference,
  latentIdentity,
  requireSameGraph,
} from "./graph/same-graph.ts";
export { storedGraph } from "./graph/stored-graph.ts";
export { unclearGroups } from "./graph/unclear-groups.ts";
export { writtenBy } from "./graph/written-by.ts";
export * as coreKinds from "./kinds.ts";
export type { AblatedSlice, PlainSlice } from "./memory/ablated-slices.ts";
export { availableMemory, knownFreeMemory } from "./memory/available-memory.ts";
export { memoryBudgets, memoryShares } from "./memory/budgets.ts";
export {
  type AutoencoderSize,
  ablationBytes,
  answeringCircuitBytes,
  autoencoderBytes,
  bytesPerPrompt,
  comparedCircuitBytes,
  graphBytes,
  latentBytes,
  logitBytes,
  maskBytes,
  type PassParts,
  type PassSizes,
  type PassWidths,
  type PromptSizes,
  passBytes,
  passParts,
  promptsAtOnce,
  scoreBytes,
  tensorBytes,
  trainedAutoencoderBytes,
  usualSliceBytes,
} from "./memory/bytes.ts";
export {
  type OverAblatedPromptsOptions,
  type OverBatchOptions,
  type OverPromptsOptions,
  overBatch,
  overPrompts,
  type PromptsOfBatch,
  type Stepping,
} from "./memory/over-prompts.ts";
export { halvedWhereMemoryEnds, isOutOfMemory, type Together } from "./memory/where-memory-ends.ts";
export { Activations, type ActivationsOptions } from "./model/activations.ts";
export { activeLatents } from "./model/active-latents.ts";
export type { Ablate } from "./model/edge-mask.ts";
export { keepLatents } from "./model/keep-latents.ts";
export { type KeepablePlace, requireKeepable } from "./model/keepable-latents.ts";
export {
  type LabelledLatents,
  type LabelledLatentsOptions,
  type LatentLabels,
  labelledLatents,
  requireLabels,
} from "./model/latent-labels.ts";
export { type LatentNotesOptions, latentNotes } from "./model/latent-notes.ts";
export {
  firstLatentRow,
  type LatentPlace,
  latentOwner,
  latentPlaces,
  unpackLatents,
  withLatentPlaces,
} from "./model/latents.ts";
export { type LongOptions, type Progress, throwIfAborted } from "./model/long-options.ts";
export { type MeanDivergenceOptions, meanDivergence } from "./model/mean-divergence.ts";
export {
  type ForwardOptions,
  type ModelGraphOptions,
  modelGraphOptions,
  type PatchableModelOptions,
  type RunOptions,
} from "./model/model-options.ts";
export { type ModelProcessing, unusualProcessing } from "./model/model-processing.ts";
export { type OutputSlice, outputSliceNames, slicedCount } from "./model/output-slice.ts";
export { PatchableModel } from "./model/patchable-model.ts";
export { type PrunedLatents, type PruneLatentsOptions, pruneLatents } from "./model/prune-latents.ts";
export { type ReplacedModel, replacedModel } from "./model/replaced-model.ts";
export { type LogitsOrigin, requireFinite } from "./model/require-finite.ts";
export { sameWeights } from "./model/same-weights.ts";
export { type SharedPrefix, type SharePrefixOptions, sharePrefix } from "./model/share-prefix.ts";
export type { RunningModel, SizedModel } from "./model/sized-model.ts";
export { wideLogits } from "./model/wide-logits.ts";
export { type EdgeName, withGraphOf } from "./model/with-graph-of.ts";
export {
  type EqualPairsOptions,
  type EqualPairsProblemOptions,
  equalPairs,
  equalPairsProblem,
  requireDifferentPairs,
} from "./prompts/equal-pairs.ts";
export { equalParts } from "./prompts/equal-parts.ts";
export { commonPrefixLength, firstDifference } from "./prompts/first-difference.ts";
export { firstPrompts } from "./prompts/first-prompts.ts";
export {
  type FittingPrompts,
  type FittingPromptsOptions,
  fittingPrompts,
  type LeftOut,
} from "./prompts/fitting-prompts.ts";
export { readAutocircuitPrompts } from "./prompts/formats/autocircuit-json.ts";
export { readEapIgCsv } from "./prompts/formats/eap-ig-csv.ts";
export { otherPronoun, readEdgePruningJsonl } from "./prompts/formats/edge-pruning-jsonl.ts";
export { yearAnswers } from "./prompts/formats/year-answers.ts";
export {
  type AllPromptsOptions,
  loadPrompts,
  type PromptOptions,
  type PromptSplit,
  prepareOptions,
} from "./prompts/load-prompts.ts";
export { type PairAlignment, pairAlignments } from "./prompts/pair-alignment.ts";
export type { Partners } from "./prompts/partners.ts";
export type { PrepareOptions } from "./prompts/prepare-prompts.ts";
export { PromptBatch } from "./prompts/prompt-batch.ts";
export {
  type LocatedPrompt,
  type PromptFormat,
  type PromptInput,
  type PromptSource,
  promptFormats,
  readPrompts,
} from "./prompts/prompt-file.ts";
export { type LoaderOptions, PromptLoader } from "./prompts/prompt-loader.ts";
export type { Answers, PromptPair, PromptSide } from "./prompts/prompt-pair.ts";
export { type PromptSlice, promptSlices } from "./prompts/prompt-slices.ts";
export { type PromptsInTokens, type PromptsInTokensOptions, promptsInTokens } from "./prompts/prompts-in-tokens.ts";
export type { PromptFile, RawAnswers, RawPrompt } from "./prompts/raw-prompt.ts";
export { realPositions } from "./prompts/real-positions.ts";
export { type DividedPrompts, type SplitPromptsOptions, splitPrompts } from "./prompts/split-prompts.ts";
export type { Tokenizer } from "./prompts/tokenizer.ts";
export { type Counterpart, Tokens, type TokensDetails } from "./prompts/tokens.ts";
export { trailingSpaceNote } from "./prompts/trailing-space.ts";
export type { TrainTest } from "./prompts/train-test.ts";
export { type UnfitReason, unfitReason } from "./prompts/unfit-prompt.ts";
export { requireWholePrompts } from "./prompts/whole-prompts.ts";
export { runVersions } from "./run-versions.ts";
export { type CircuitChoice, chosenCircuits } from "./runs/chosen-circuits.ts";
export type { CircuitRun, CircuitRuns } from "./runs/circuit-run.ts";
export { circuitBySize, circuitsOfSizes, type SizedCircuit } from "./runs/circuits-of-sizes.ts";
export { type PatchPlan, type PatchType, patchPlan, patchTypes } from "./runs/patch-plan.ts";
export { type PatchedPrompts, type PatchPromptsOptions, patchPrompts } from "./runs/patch-prompts.ts";
export { type RunCircuitsOptions, runCircuits } from "./runs/run-circuits.ts";
export { Circuit } from "./scores/circuit.ts";
export { type CircuitSizesOptions, circuitSizes, type SizeRule } from "./scores/circuit-sizes.ts";
export { defaultCircuitSizes } from "./scores/default-circuit-sizes.ts";
export { PruneScores } from "./scores/prune-scores.ts";
export { type Rank, rankedAs, rankedEdges, rankOf, rankOfScores, ranks } from "./scores/ranked-edges.ts";
export type { ScoresInfo } from "./scores/scores-info.ts";
export { actualSize, magnitude, scoredCount, sortedMagnitudes, thresholdAt } from "./scores/threshold.ts";
export { tiesNotes } from "./scores/ties.ts";
export type { KnownCircuitInGraph } from "./task/known-circuit.ts";
export { LoadedTask, type TaskPrefix } from "./task/loaded-task.ts";
export { defineTask, Task } from "./task/task.ts";
export { type TaskModelWithLatents, withTaskAutoencoders } from "./task/task-autoencoders.ts";
export type {
  AutoencoderInput,
  AutoencoderLoader,
  AutoencoderLoaderOptions,
  KnownEdges,
  KnownEdgesContext,
  ModelLoader,
  ModelLoaderOptions,
  TaskLatentOptions,
  TaskModel,
  TaskNotesContext,
  TaskOptions,
} from "./task/task-options.ts";
