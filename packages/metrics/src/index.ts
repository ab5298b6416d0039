export { answerError } from "./answer-error.ts";
export { type AnsweredBatch, type AnswerIndex, answerIndex, type NamedAnswers } from "./answer-index.ts";
export { answerMax } from "./answer-max.ts";
export { answerMean, batchAnswerDifference } from "./answer-mean.ts";
export { answerTargets } from "./answer-targets.ts";
export {
  type AreaDefinition,
  type AreaSummary,
  type AreaSummaryOptions,
  areaSummary,
  type CurvesByTask,
} from "./area-summary.ts";
export { type AreaOptions, areaUnderCurve } from "./area-under-curve.ts";
export { CircuitMeter, type CircuitMeterOptions, type MeterOptions } from "./circuit-meter/circuit-meter.ts";
export { type CurveOptions, type MeasuredCurve, measureCurve } from "./circuit-meter/measure-curve.ts";
export type { CircuitMeasures } from "./circuit-meter/slice-measures.ts";
export { compareCircuits, compareEdgeSets, type EdgeSetComparison } from "./compare-edge-sets.ts";
export { rankSimilarity, type ScoreOverlap, scoreOverlap } from "./compare-scores.ts";
export { correctAnswers, correctByCircuit } from "./correct-answers.ts";
export {
  type CrossTask,
  type CrossTaskOptions,
  type CrossTaskPart,
  crossTaskAblation,
} from "./cross-task-ablation.ts";
export type { DiffPercent, DiffPercentOptions } from "./diff-percent.ts";
export { numberPrompts } from "./distinct-prompts.ts";
export { type FaithfulnessRange, haveRange, type NothingToLose, nothingToLose } from "./faithfulness-range.ts";
export { FAITHFUL_WITHIN, type FewestFaithfulOptions, fewestFaithful } from "./fewest-faithful.ts";
export { requireFittingMetrics, usualMetrics } from "./fitting-metrics.ts";
export { FullModel, type FullOutputs } from "./full-model.ts";
export {
  type AgainstRandom,
  type AgainstRandomOptions,
  partialNecessityTest,
  sufficiencyTest,
} from "./hypotheses/against-random.ts";
export {
  type CircuitTestName,
  type CircuitVerdict,
  circuitTestNames,
  type NotMinimalEdge,
} from "./hypotheses/circuit-verdicts.ts";
export { equivalenceTest, type HypothesisTest, type TestResult } from "./hypotheses/equivalence.ts";
export { type IndependenceOptions, type IndependenceResult, independenceTest } from "./hypotheses/independence.ts";
export { FEW_PROMPTS } from "./hypotheses/least-counts.ts";
export { type Minimality, type MinimalityScores, minimalityTest } from "./hypotheses/minimality.ts";
export { passedAll } from "./hypotheses/passed-all.ts";
export { type TTestOptions, tTest } from "./hypotheses/t-test.ts";
export {
  type TestCaveat,
  type TestCaveatsOptions,
  testCaveats,
} from "./hypotheses/test-caveats.ts";
export {
  type CircuitTests,
  type TestCircuitOptions,
  testCircuit,
  usualTestSettings,
} from "./hypotheses/test-circuit.ts";
export { testNotes } from "./hypotheses/test-notes.ts";
export { testPromptsProblem } from "./hypotheses/test-prompts-problem.ts";
export { type KlOptions, klOfLogprobs } from "./kl-divergence.ts";
export {
  type MeasureCircuitsOptions,
  type MeasuredCircuit,
  type MetricSpread,
  measureCircuits,
} from "./measure-circuits.ts";
export type { MeasuredRun } from "./measured-run.ts";
export type { MeasuredModel, Metric, MetricOptions, MetricValue } from "./metric.ts";
export { metricAxes } from "./metric-axes.ts";
export type { MetricAxis } from "./metric-axis.ts";
export * from "./metrics.ts";
export {
  MIB_SHARES,
  type MibAxis,
  type MibOptions,
  type MibScores,
  mibScores,
  mibSizes,
} from "./mib.ts";
export { type NormalizedAreaOptions, normalizedArea, type TaskArea } from "./normalized-area.ts";
export { perPrompt } from "./per-prompt.ts";
export { averagePrecision, precisionRecall } from "./precision-recall.ts";
export {
  type PromptScore,
  type PromptScoresOptions,
  promptScoreNames,
  promptScores,
  usualPromptScore,
} from "./prompt-scores.ts";
export { type RankingPoint, rankEdges } from "./ranking.ts";
export { type Bootstrap, type BootstrapOptions, bootstrap, fewestResamples } from "./resampling/bootstrap.ts";
export {
  type BootstrapCircuitsOptions,
  type BootstrappedCircuits,
  bootstrapCircuits,
  type StablePoint,
} from "./resampling/bootstrap-circuits.ts";
export { fewestForIntervals, fewestPrompts } from "./resampling/distinct-draws.ts";
export { type IntervalKind, type Intervals, intervalKinds, scoreIntervals } from "./resampling/intervals.ts";
export { jaccardText, type Stability, stability, stableFrom } from "./resampling/stability.ts";
export { type SureEdges, type SureEdgesOptions, sureEdges } from "./resampling/sure-edges.ts";
export { type RocCurve, type RocPoint, rocCurve, rocOfValues } from "./roc.ts";
export { type RocAtSizesOptions, type RocSizePoint, rocAtSizes } from "./roc-at-sizes.ts";
export { type KnockoutOptions, type SameUnderKnockouts, sameUnderKnockouts } from "./same-under-knockouts.ts";
export {
  type ScoresByTask,
  type SimilarityMatrix,
  type SimilarityOptions,
  similarityMatrices,
} from "./similarity-matrices.ts";
export {
  logit,
  logitExp,
  logprob,
  prob,
  type ValueFunction,
  type ValueFunctionName,
  valueFunctions,
} from "./value-functions.ts";
