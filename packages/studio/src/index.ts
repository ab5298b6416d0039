export type {
  AttributionGraph,
  EvaluateLine,
  EvaluateRequest,
  GraphSession,
  PageState,
  PromptList,
  RunAnswer,
  RunRequest,
  ScoreSet,
  Session,
} from "./api/index.ts";
export type { StudioSubject } from "./server/model/studio-subject.ts";
export type { GivenSet } from "./server/sets/score-sets.ts";
export { type GivenGraph, type GraphViewerOptions, startGraphViewer } from "./server/start-graph-viewer.ts";
export { type StudioOptions, startStudio, subjectOfTask } from "./server/start-studio.ts";
export type { Studio } from "./server/studio.ts";
