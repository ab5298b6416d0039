export { type AcdcOptions, acdc, defaultTaus, referenceTaus } from "./acdc/acdc.ts";
export type { AcdcDecision } from "./acdc/acdc-decision.ts";
export type { AcdcTarget } from "./acdc/divergence.ts";
export { type FollowedScores, followScores, type TiedDecision } from "./acdc/follow-scores.ts";
export { activationMagnitude } from "./activation-magnitude.ts";
export { algorithmNamed, algorithmNames } from "./algorithm-named.ts";
export { optionNamed, requireAlgorithmOptions } from "./algorithm-options.ts";
export { type AlgorithmName, algorithms } from "./algorithms.ts";
export type {
  AttributionLoss,
  AttributionOptions,
} from "./attribution/attribution-options.ts";
export { type CeapFrom, type CeapOptions, ceap } from "./attribution/ceap.ts";
export { type CleanCorruptedOptions, cleanCorrupted } from "./attribution/clean-corrupted.ts";
export { type CutEffectsOptions, cutEffects } from "./attribution/cut-effects.ts";
export { type EapGpOptions, eapGp } from "./attribution/eap-gp.ts";
export { type EapIgActivationsOptions, eapIgActivations } from "./attribution/eap-ig-activations.ts";
export { type EapIgInputsOptions, eapIgInputs } from "./attribution/eap-ig-inputs.ts";
export { type ExactScoresOptions, exact } from "./attribution/exact.ts";
export { type InformationFlowOptions, informationFlowRoutes } from "./attribution/information-flow.ts";
export { idleFunction } from "./attribution/losses.ts";
export {
  type MeanAlgorithm,
  type MeanOfMethodsOptions,
  meanOfMethods,
  type ScoreNormalisation,
} from "./attribution/mean-of-methods.ts";
export {
  type NodeAlgorithm,
  type NodeScores,
  type NodeScoresOptions,
  nodeScores,
} from "./attribution/node-scores.ts";
export { type RelpOptions, relp } from "./attribution/relp.ts";
export {
  type AutoencoderTrainingProgress,
  type TrainAutoencodersOptions,
  type TrainedAutoencoderSet,
  trainAutoencoders,
} from "./autoencoders/train-autoencoders.ts";
export type { DiscoveryOptions } from "./discovery-options.ts";
export { type EdgeAttributionOptions, edgeAttribution } from "./edge-attribution.ts";
export { EdgePruningScores, edgePruning } from "./edge-pruning/edge-pruning.ts";
export type { EdgePruningOptions } from "./edge-pruning/edge-pruning-options.ts";
export { ablatedShares, sourcesOfEdges } from "./edge-pruning/kept-masks.ts";
export {
  deterministicMasks,
  keepProbabilities,
  keptByThreshold,
  softSparsity,
} from "./edge-pruning/kept-values.ts";
export { sparsityTerm } from "./edge-pruning/lagrangian.ts";
export { ranksWithin, type WarmStartOptions, warmStart } from "./edge-pruning/warm-start.ts";
export { edgeScoresOfNodes } from "./edge-scores-of-nodes.ts";
export type {
  ChosenAlgorithm,
  ExperimentAlgorithm,
  OwnAlgorithm,
} from "./experiment/experiment-algorithm.ts";
export { ExperimentResults } from "./experiment/experiment-results.ts";
export type { ExperimentSubject, ExperimentTask } from "./experiment/experiment-task.ts";
export { type MeasureAllOptions, measureAll } from "./experiment/measure-all.ts";
export { readNumbers, writeNumbers } from "./experiment/numbers-in-json.ts";
export type { MeasuredSeries, RecordedAlgorithm, ResultParts, ScoredTask } from "./experiment/result-parts.ts";
export { type ExperimentStep, type RunAlgorithmsOptions, runAlgorithms } from "./experiment/run-algorithms.ts";
export {
  type FewestEdges,
  type FewestEdgesOptions,
  fewestEdges,
} from "./fewest-edges/fewest-edges.ts";
export type { FewestEdgesStart } from "./fewest-edges/fewest-edges-search.ts";
export type { KeptAtSize } from "./fewest-edges/smallest-prefix.ts";
export { requireCompatibleOptions } from "./find-circuit/compatible-options.ts";
export { type DiscoveryAsked, discoveryAsked, discoveryDifference } from "./find-circuit/discovery-asked.ts";
export { discoveryDefaults } from "./find-circuit/discovery-defaults.ts";
export { DiscoveryFiles, type DiscoveryFilesOptions, type KeptRanking } from "./find-circuit/discovery-files.ts";
export { type DiscoveryMemory, discoveryMemory } from "./find-circuit/discovery-memory.ts";
export type { FaithfulSize } from "./find-circuit/faithful-size.ts";
export { type FoundCircuit, findCircuit } from "./find-circuit/find-circuit.ts";
export type {
  FindCircuitOptions,
  FoundSoFar,
  Ranked,
  ResumedDiscovery,
  StepProgress,
} from "./find-circuit/find-circuit-options.ts";
export {
  ablationFor,
  type FittingOptions,
  fittingOptions,
  optionOf,
  outputsNumbers,
} from "./find-circuit/fitting-options.ts";
export { type AskedAlgorithm, type FittingWords, fittingProblem } from "./find-circuit/fitting-problem.ts";
export type { KeptCircuit } from "./find-circuit/keep-answers.ts";
export { type LoadedRunOptions, loadedRun } from "./find-circuit/loaded-run.ts";
export { type Plan, planOf } from "./find-circuit/plan-circuit.ts";
export { measuringShape, type PlannedBatch, type RunShape, runShape } from "./find-circuit/run-shape.ts";
export { ACDC_UP_TO, FOR_LARGE_GRAPHS } from "./find-circuit/starting-algorithms.ts";
export type { TaskOutline } from "./find-circuit/task-outline.ts";
export { type FirstScores, type FirstScoresOptions, firstScores } from "./first-scores.ts";
export { type GroundTruthOptions, groundTruth } from "./ground-truth.ts";
export {
  type KnockoutMaskFunction,
  type KnockoutTarget,
  type TrainKnockoutsOptions,
  trainKnockouts,
} from "./knockouts/train-knockouts.ts";
export type { BestSoFar, ResumableOptions, RunningSearch, SearchState } from "./long-search/search-state.ts";
export { type AnswerFunction, answerLoss, type GradFunction } from "./loss.ts";
export { type MaskGradientOptions, maskGradient } from "./mask-gradient.ts";
export { hardConcrete, hardConcreteStart } from "./masks/hard-concrete.ts";
export type { MaskFunction } from "./masks/mask-function.ts";
export type { Noise, NoiseRequest } from "./masks/noise.ts";
export {
  type MeasureMibOptions,
  type MibCurve,
  type MibMeasures,
  type MibPoint,
  type MibSelection,
  measureMib,
  mibSelections,
} from "./mib/measure-mib.ts";
export type { NamedAlgorithm, OptionSpec, UncheckedOptions } from "./named-algorithm.ts";
export { type AlgorithmAlias, algorithmAliases, ownName, type WithAliases } from "./own-names.ts";
export { type Preset, type PresetName, presets } from "./presets.ts";
export {
  type CircuitProbingOptions,
  circuitProbing,
  nestedScores,
  type ProbedSize,
} from "./probing/circuit-probing.ts";
export { type ConstrainedProbingOptions, constrainedProbing } from "./probing/constrained-probing.ts";
export type { ProbingOptions } from "./probing/probing-options.ts";
export type { ProbingTarget } from "./probing/probing-target.ts";
export { type SubnetworkProbingOptions, subnetworkProbing } from "./probing/subnetwork-probing.ts";
export { pruneCircuit } from "./prune-circuit.ts";
export { random } from "./random.ts";
export { KEPT_BELOW } from "./report/ablation-table.ts";
export type { MeasuringProgress } from "./report/circuit-measuring.ts";
export { type FoundMeasures, type MeasureFoundOptions, measureFound } from "./report/found-measures.ts";
export {
  type FoundStability,
  type FoundStabilityOptions,
  foundStability,
  type SureEdge,
} from "./report/found-stability.ts";
export { CURVES, type CurveDetail } from "./report/measuring-time.ts";
export {
  modelAccuracy,
  reportAccuracy,
  type TaskAccuracy,
  type TaskAccuracyOptions,
} from "./report/model-accuracy.ts";
export { reportEdges } from "./report/report-edges.ts";
export { reportGraph } from "./report/report-graph.ts";
export { type ReportOfOptions, reportOf } from "./report/report-of.ts";
export { type SpanReportOfOptions, spanReportOf } from "./report/span-report-of.ts";
export { type NoStability, type StabilityOptions, type StabilityPlan, stabilityPlan } from "./report/stability-plan.ts";
export { type CircuitStability, stabilityNotes, stabilityReport } from "./report/stability-report.ts";
export { tokenLabelsOf, varyingTokensOf } from "./report/token-labels.ts";
export { type AlgorithmOrPreset, algorithmOrPreset, requireAlgorithm, requirePreset } from "./require-algorithm.ts";
export type { CircuitSize } from "./selection/circuit-size.ts";
export { selectByShare } from "./selection/select-by-share.ts";
export {
  type SelectCircuitOptions,
  type SelectedCircuit,
  type Selection,
  selectCircuit,
  selections,
} from "./selection/select-circuit.ts";
export { type ExactOptions, selectExact, type UnprovenBest } from "./selection/select-exact.ts";
export { selectGreedy } from "./selection/select-greedy.ts";
export { type SelectionOptions, selectTop } from "./selection/select-top.ts";
export {
  type CrossingAlgorithm,
  type CrossingAlgorithmOptions,
  crossingAlgorithms,
  noCrossing,
} from "./spans/crossing-algorithm.ts";
export type { CrossingEdge, CrossingEdges, HeadInput } from "./spans/crossing-edges.ts";
export { CrossingScores } from "./spans/crossing-scores.ts";
export {
  type FindSpanCircuitOptions,
  type FoundSpanCircuit,
  findSpanCircuit,
  type SpanProgress,
} from "./spans/find-span-circuit.ts";
export {
  type MeasureSpanCircuitOptions,
  measureSpanCircuit,
  type SpanDivergence,
} from "./spans/measure-span-circuit.ts";
export { PromptSpans, type SpanRange } from "./spans/prompt-spans.ts";
export { type RunSpanCircuitOptions, runSpanCircuit } from "./spans/run-span-circuit.ts";
export { type CrossingScoresOptions, crossingScores } from "./spans/score-crossings.ts";
export { spanScores } from "./spans/score-spans.ts";
export {
  type ScoredCrossing,
  type ScoredSpanEdge,
  scoredCrossing,
  scoredSpanEdges,
} from "./spans/scored-span-edges.ts";
export { SpanCircuit, type SpanEdge } from "./spans/span-circuit.ts";
export {
  type SpanAggregation,
  type SpanAlgorithm,
  type SpanScoresOptions,
  spanAggregations,
  spanAlgorithmNamed,
  spanAlgorithmNames,
} from "./spans/span-options.ts";
export { SpanScores } from "./spans/span-scores.ts";
export { loadSpanScores, saveSpanScores } from "./spans/span-scores-file.ts";
export { type OpenRange, readSpans, type SpansSchema, spansOf } from "./spans/spans-file.ts";
export { TrainedScores, type TrainingHistory, type ValidationPoint } from "./training/trained-scores.ts";
export type { TrainingOptions, TrainingProgress } from "./training/training-progress.ts";
export { type ComplexityWeights, complexityTerm, nodeComplexity } from "./ugs/complexity.ts";
export { liveMasks } from "./ugs/live-masks.ts";
export { UgsScores, ugs } from "./ugs/ugs.ts";
export type { UgsOptions } from "./ugs/ugs-options.ts";
export { windowMasks, windowWeights } from "./ugs/window-masks.ts";
