export type { Allocation, Layer, PlacedHead } from "./compile/allocate.ts";
export type { ModelConfig } from "./compile/assemble.ts";
export type { AttentionHead, Block, Mlp } from "./compile/block.ts";
export { type CompiledModel, type CompileStages, compile } from "./compile/compile.ts";
export { type Direction, directionLabel } from "./compile/direction.ts";
export type { InputEncoder, OutputEncoder } from "./compile/encoders.ts";
export type { GraphNode, ProgramGraph } from "./compile/graph.ts";
export type { Matrix } from "./compile/matrix.ts";
export type { CompileMode, CompileOptions, Settings } from "./compile/options.ts";
export type { ModelSpaces } from "./compile/residual.ts";
export type { Space } from "./compile/space.ts";
export { type ProgramIssue, staticIssues } from "./compile/validate-static.ts";
export type { Output } from "./compile/value-sets.ts";
export type { ModelWeights, WeightArray } from "./compile/weights.ts";
export { type EvaluateOptions, evaluate, evaluateSelector, type SelectorMatrix } from "./evaluate/evaluate.ts";
export { type DynamicIssue, dynamicIssues } from "./evaluate/validate-dynamic.ts";
export { type Comparison, comparisons } from "./language/comparison.ts";
export type { Encoding, Expression, SelectorNode, SOpKind, SOpNode } from "./language/node.ts";
export {
  aggregate,
  full,
  indices,
  length,
  linearSequenceMap,
  select,
  selectorWidth,
  sequenceMap,
  tokens,
  tokensOf,
} from "./language/primitives.ts";
export { Selector } from "./language/selector.ts";
export { type Annotations, SOp } from "./language/sop.ts";
export {
  makeCount,
  makeCountLessFreq,
  makeHist,
  makeSort,
  makeSortFreq,
  makeSortUnique,
  type SortOptions,
} from "./library/counting-programs.ts";
export { makeFracPrevs, makePairBalance, makeShuffleDyck, xproportionProgram } from "./library/fraction-programs.ts";
export {
  makeDetectPattern,
  makeLength,
  makeNarySequenceMap,
  makeReverse,
  makeShiftBy,
  reverseProgram,
} from "./library/position-programs.ts";
export {
  compileLibraryProgram,
  type LibraryProgram,
  type LibraryProgramName,
  libraryPrograms,
} from "./library/registry.ts";
export { RaspError, type RaspErrorCode } from "./rasp-error.ts";
export { apply, decodeLogits } from "./run/apply.ts";
export { expressionNodes } from "./run/expression-nodes.ts";
export { type AblationOptions, type ForwardRun, forward } from "./run/forward.ts";
export { type GroundTruthEdge, groundTruthEdges } from "./run/ground-truth.ts";
export { allEdges, destinationNodes, type ModelNode, sourceNodes } from "./run/model-graph.ts";
export { type ProgramRow, programTable } from "./run/program-table.ts";
export type { RunnableModel } from "./run/runnable-model.ts";
export { type TracrModelConfig, transformerLensConfig } from "./save/config-json.ts";
export { safetensorsBytes } from "./save/safetensors.ts";
export { saveModel } from "./save/save-model.ts";
export { type VocabularyJson, vocabularyJson } from "./save/vocabulary-json.ts";
export { asNumber, sameValue, type Token, type Value, valueKey } from "./values/value.ts";
