export type {
  AttributionGraph,
  EvaluateLine,
  EvaluateRequest,
  PageState,
  PromptList,
  RunAnswer,
  RunRequest,
  ScoreSet,
  Session,
} from "./api/index.ts";
export type { StudioSubject } from "./server/model/studio-subject.ts";
export type { GivenSet } from "./server/sets/score-sets.ts";
export { type Studio, type StudioOptions, startStudio, subjectOfTask } from "./server/start-studio.ts";
