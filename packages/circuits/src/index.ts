export { type AnsweredPositions, type ProgramPromptsOptions, programPrompts } from "./data/program-prompts.ts";
export { formatPromptFile, type GeneratedPrompts, type PromptRecord } from "./data/prompt-file.ts";
export { type SequencePairs, sequencePairs } from "./data/sequence-pairs.ts";
export { allSequences } from "./data/sequences.ts";
export { tracrReversePrompts } from "./data/tracr-reverse.ts";
export { tracrXproportionPrompts } from "./data/tracr-xproportion.ts";
export type { HasGraph, OfficialEdgesOptions } from "./edges/official-edges.ts";
export { TRACR_REVERSE_POSITIONS, tracrReverseAcdcEdges, tracrReverseTrueEdges } from "./edges/tracr-reverse.ts";
export {
  TRACR_XPROPORTION_POSITIONS,
  tracrXproportionAcdcEdges,
  tracrXproportionOfficialEdges,
} from "./edges/tracr-xproportion.ts";
export type { KnownCircuit, ReadyTask, ReadyTaskOptions } from "./tasks/ready-task.ts";
export { tasks } from "./tasks/registry.ts";
export { tracrReverse } from "./tasks/tracr-reverse.ts";
export { tracrXproportion } from "./tasks/tracr-xproportion.ts";
