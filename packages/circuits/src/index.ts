export {
  docstringNodeBasedOfficialEdges,
  docstringTrueEdges,
  greaterthanTrueEdges,
  ioiHeadBasedOfficialEdges,
  ioiTrueEdges,
  ioiTrueEdgesMlp0Only,
  sportsPlayersProbeTrueEdges,
  sportsPlayersTrueEdges,
  tracrReverseTrueEdges,
  tracrXproportionOfficialEdges,
} from "./circuit-aliases.ts";
export type { HasGraph, KnownEdgesOptions } from "./edges/known-edges.ts";
export {
  formatCircuitFile,
  readCircuitFile,
} from "./interchange/circuit-file.ts";
export { formatEapIgCsv } from "./interchange/eap-ig-csv.ts";
export { eapIgDestination, eapIgEdge, eapIgSource, edgeNameOfEapIg } from "./interchange/eap-ig-names.ts";
export { formatEdgePruningJsonl } from "./interchange/edge-pruning-jsonl.ts";
export {
  type MibSubmission,
  type MibSubmissionOptions,
  mibName,
  mibNameProblem,
  mibSubmission,
} from "./interchange/mib-submission.ts";
export { type AnswerTokenizer, unplacedFields } from "./interchange/prompt-fields.ts";
export { parsePythonJson } from "./interchange/python-json.ts";
export {
  type ReadCircuitOptions,
  readEapIgCircuit,
} from "./interchange/read-eap-ig.ts";
export {
  circuitOf,
  type EapIgNode,
  pruneScoresOf,
  type ScoredCircuit,
  scoredCircuit,
} from "./interchange/scored-circuit.ts";
export { ungroupedCircuit } from "./interchange/ungrouped-circuit.ts";
export { type EapIgFileOptions, formatEapIgCircuit } from "./interchange/write-eap-ig.ts";
export type { PieceTokenizer } from "./prompts/marked-text.ts";
export { type AnsweredPositions, type ProgramPromptsOptions, programPrompts } from "./prompts/program-prompts.ts";
export {
  formatPromptFile,
  type GeneratedPrompts,
  type GeneratedTextPrompts,
  type RawTextPrompt,
  type RawTokenPrompt,
} from "./prompts/prompt-file.ts";
export { type SequencePairs, sequencePairs } from "./prompts/sequence-pairs.ts";
export { allSequences } from "./prompts/sequences.ts";
export type { TextPromptsOptions } from "./prompts/text-prompts-options.ts";
export { type CircuitNamedOptions, circuitNamed, type KnownCircuitByName } from "./ready-task/circuit-named.ts";
export { circuitsInGraph } from "./ready-task/circuits-in-graph.ts";
export {
  type LatentOptions,
  type LatentUse,
  latentOptionKinds,
  latentOptionNames,
  latentOptions,
  latentsProblem,
} from "./ready-task/latent-options.ts";
export { type OwnBatchesOptions, type OwnPromptsOptions, ownPrompts } from "./ready-task/own-prompts.ts";
export { type OwnTaskOptions, ownTask } from "./ready-task/own-task.ts";
export { processingNotes } from "./ready-task/processing-notes.ts";
export { type PromptsToPatch, type PromptsToPatchOptions, promptsToPatch } from "./ready-task/prompts-to-patch.ts";
export type { KnownCircuit, ReadyTask, ReadyTaskOptions } from "./ready-task/ready-task.ts";
export { type ReadyTaskUse, readyTaskProblem } from "./ready-task/ready-task-problem.ts";
export {
  autoencoderFields,
  autoencoderPaths,
  type LoadEngineAutoencodersOptions,
  loadEngineAutoencoders,
  type PlanAutoencodersOptions,
  type PlannedAutoencoders,
  planAutoencoders,
} from "./ready-task/task-autoencoders.ts";
export type { TaskRoom } from "./ready-task/task-room.ts";
export { circuitOfScores, type SavedCircuitOptions } from "./saved-circuits/circuit-of-scores.ts";
export { type DiscoveryFile, discoveryFile, formatDiscoveryFile } from "./saved-circuits/discovery-file.ts";
export { eapIgGraph } from "./saved-circuits/eap-ig-circuit.ts";
export { graphKind } from "./saved-circuits/graph-kind.ts";
export { latentsIn } from "./saved-circuits/latents-in.ts";
export { readCircuit, savedCircuitOf } from "./saved-circuits/read-circuit.ts";
export type { CircuitFormat, SavedCircuit } from "./saved-circuits/saved-circuit.ts";
export { animalDietPrompts } from "./tasks/animal-diet/prompts.ts";
export { capitalCitiesPrompts } from "./tasks/capital-cities/prompts.ts";
export { DOCSTRING_WORDS, docstringEdges, docstringNodeBasedEdges } from "./tasks/docstring/edges.ts";
export { docstringPrompts } from "./tasks/docstring/prompts.ts";
export { greaterthanEdges } from "./tasks/greaterthan/edges.ts";
export { greaterthanPrompts } from "./tasks/greaterthan/prompts.ts";
export { ioiEdges, ioiHeadBasedEdges, ioiMlp0OnlyEdges } from "./tasks/ioi/edges.ts";
export { type HeadAt, IOI_HEADS, IOI_WORDS, type IoiRole, type IoiWord } from "./tasks/ioi/heads.ts";
export { IOI_TEMPLATE_COUNT, type IoiForm, ioiPrompts } from "./tasks/ioi/prompts.ts";
export type { DataSetGenerator, PublishedCircuit, TextDataSetGenerator } from "./tasks/published-task.ts";
export { dataSets, publishedCircuits, readyTask, tasks, textDataSets, tracrTasks } from "./tasks/registry.ts";
export {
  SPORTS_PLAYERS_WORDS,
  sportsPlayersEdges,
  sportsPlayersProbeEdges,
} from "./tasks/sports-players/edges.ts";
export { sportsPlayersPrompts } from "./tasks/sports-players/prompts.ts";
export { TRACR_REVERSE_POSITIONS, tracrReverseAcdcEdges, tracrReverseEdges } from "./tasks/tracr-reverse/edges.ts";
export { tracrReversePrompts } from "./tasks/tracr-reverse/prompts.ts";
export { tracrReverse } from "./tasks/tracr-reverse/tracr-reverse.ts";
export {
  TRACR_XPROPORTION_POSITIONS,
  tracrXproportionAcdcEdges,
  tracrXproportionEdges,
} from "./tasks/tracr-xproportion/edges.ts";
export { tracrXproportionPrompts } from "./tasks/tracr-xproportion/prompts.ts";
export { tracrXproportion } from "./tasks/tracr-xproportion/tracr-xproportion.ts";
