export { type AcdcOptions, acdc, defaultTaus, referenceTaus } from "./acdc/acdc.ts";
export type { AcdcDecision } from "./acdc/acdc-decision.ts";
export type { AcdcTarget } from "./acdc/divergence.ts";
export { type FollowedScores, followScores, type TiedDecision } from "./acdc/follow-scores.ts";
export { activationMagnitude } from "./activation-magnitude.ts";
export { type AlgorithmName, algorithms, type NamedAlgorithm, type OptionSpec } from "./algorithms.ts";
export type { DiscoveryOptions } from "./discovery-options.ts";
export { type EdgeAttributionOptions, edgeAttribution } from "./edge-attribution.ts";
export {
  type FewestEdges,
  type FewestEdgesOptions,
  fewestEdges,
} from "./fewest-edges/fewest-edges.ts";
export type { FewestEdgesStart } from "./fewest-edges/fewest-edges-search.ts";
export type { KeptAtSize } from "./fewest-edges/smallest-prefix.ts";
export {
  type FindCircuitOptions,
  type FoundCircuit,
  type FoundSoFar,
  findCircuit,
  type Ranked,
  type ResumedDiscovery,
  type StepProgress,
  USUAL_KEEP,
} from "./find-circuit/find-circuit.ts";
export { fittingOptions, optionOf, outputsNumbers, usualAblation } from "./find-circuit/fitting-options.ts";
export type { KeptCircuit } from "./find-circuit/keep-answers.ts";
export { ACDC_UP_TO, FOR_LARGE_GRAPHS } from "./find-circuit/starting-algorithms.ts";
export { type GroundTruthOptions, groundTruth } from "./ground-truth.ts";
export {
  type KnockoutMaskFunction,
  type KnockoutTarget,
  type TrainKnockoutsOptions,
  trainKnockouts,
} from "./knockouts/train-knockouts.ts";
export type { ResumableOptions, RunningSearch, SearchState } from "./long-search/search-state.ts";
export { type AnswerFunction, answerLoss, type GradFunction } from "./loss.ts";
export { type MaskGradientOptions, maskGradient } from "./mask-gradient.ts";
export { hardConcrete, hardConcreteStart } from "./masks/hard-concrete.ts";
export type { MaskFunction } from "./masks/mask-function.ts";
export type { Noise, NoiseRequest } from "./masks/noise.ts";
export {
  type CircuitProbingOptions,
  type CircuitSize,
  circuitProbing,
  nestedScores,
} from "./probing/circuit-probing.ts";
export { type ConstrainedProbingOptions, constrainedProbing } from "./probing/constrained-probing.ts";
export type { ProbingOptions } from "./probing/probing-options.ts";
export type { ProbingTarget } from "./probing/probing-target.ts";
export { type SubnetworkProbingOptions, subnetworkProbing } from "./probing/subnetwork-probing.ts";
export { pruneCircuit } from "./prune-circuit.ts";
export { random } from "./random.ts";
export { TrainedScores, type TrainingHistory, type ValidationPoint } from "./training/trained-scores.ts";
export type { TrainingOptions, TrainingProgress } from "./training/training-progress.ts";
