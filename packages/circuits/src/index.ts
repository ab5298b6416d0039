export { animalDietPrompts } from "./data/animal-diet.ts";
export { capitalCitiesPrompts } from "./data/capital-cities.ts";
export { type DataSetGenerator, dataSets, textDataSets } from "./data/data-sets.ts";
export { docstringPrompts } from "./data/docstring.ts";
export { greaterthanPrompts } from "./data/greaterthan.ts";
export { IOI_TEMPLATE_COUNT, type IoiForm, ioiPrompts } from "./data/ioi.ts";
export type { PieceTokenizer } from "./data/marked-text.ts";
export { type AnsweredPositions, type ProgramPromptsOptions, programPrompts } from "./data/program-prompts.ts";
export {
  formatPromptFile,
  type GeneratedPrompts,
  type GeneratedTextPrompts,
  type PromptRecord,
  type TextPromptRecord,
} from "./data/prompt-file.ts";
export { type SequencePairs, sequencePairs } from "./data/sequence-pairs.ts";
export { allSequences } from "./data/sequences.ts";
export { sportsPlayersPrompts } from "./data/sports-players.ts";
export type { TextPromptsOptions } from "./data/text-prompts-options.ts";
export { tracrReversePrompts } from "./data/tracr-reverse.ts";
export { tracrXproportionPrompts } from "./data/tracr-xproportion.ts";
export { DOCSTRING_WORDS, docstringNodeBasedOfficialEdges, docstringTrueEdges } from "./edges/docstring.ts";
export { greaterthanTrueEdges } from "./edges/greaterthan.ts";
export { ioiHeadBasedOfficialEdges, ioiTrueEdges, ioiTrueEdgesMlp0Only } from "./edges/ioi.ts";
export { type HeadAt, IOI_HEADS, IOI_WORDS, type IoiRole, type IoiWord } from "./edges/ioi-heads.ts";
export type { HasGraph, OfficialEdgesOptions } from "./edges/official-edges.ts";
export { type LiteratureCircuit, publishedCircuits } from "./edges/published-circuits.ts";
export { SPORTS_PLAYERS_WORDS, sportsPlayersProbeTrueEdges, sportsPlayersTrueEdges } from "./edges/sports-players.ts";
export { TRACR_REVERSE_POSITIONS, tracrReverseAcdcEdges, tracrReverseTrueEdges } from "./edges/tracr-reverse.ts";
export {
  TRACR_XPROPORTION_POSITIONS,
  tracrXproportionAcdcEdges,
  tracrXproportionOfficialEdges,
} from "./edges/tracr-xproportion.ts";
export {
  circuitFileOf,
  formatCircuitFile,
  isCircuitFile,
  readCircuitFile,
} from "./interchange/circuit-file.ts";
export { formatEapIgCsv, readEapIgCsv } from "./interchange/eap-ig-csv.ts";
export { eapIgDestination, eapIgEdge, eapIgSource, edgeNameOfEapIg } from "./interchange/eap-ig-names.ts";
export { formatEdgePruningJsonl, readEdgePruningJsonl } from "./interchange/edge-pruning-jsonl.ts";
export {
  type AnswerTokenizer,
  autocircuitPromptsOf,
  type ExchangedPrompt,
  type ExchangedPrompts,
  formatAutocircuitPrompts,
  readAutocircuitPrompts,
  unplacedFields,
} from "./interchange/exchanged-prompts.ts";
export { parsePythonJson } from "./interchange/python-json.ts";
export {
  eapIgCircuitOf,
  isEapIgCircuit,
  type ReadCircuitOptions,
  readEapIgCircuit,
} from "./interchange/read-eap-ig.ts";
export {
  circuitOf,
  type EapIgNode,
  pruneScoresOf,
  requireClearScores,
  type ScoredCircuit,
  scoredCircuit,
} from "./interchange/scored-circuit.ts";
export { type EapIgFileOptions, formatEapIgCircuit } from "./interchange/write-eap-ig.ts";
export type { KnownCircuit, ReadyTask, ReadyTaskOptions } from "./tasks/ready-task.ts";
export { tasks, tracrTasks } from "./tasks/registry.ts";
export { loadEngineAutoencoders } from "./tasks/task-autoencoders.ts";
export { tracrReverse } from "./tasks/tracr-reverse.ts";
export { tracrXproportion } from "./tasks/tracr-xproportion.ts";
