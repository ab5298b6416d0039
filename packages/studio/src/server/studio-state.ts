import type { PromptRuns } from "./model/prompt-runs.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import type { SessionFacts } from "./session.ts";
import type { ScoreSets } from "./sets/score-sets.ts";
import type { WorkQueue } from "./work/work-queue.ts";

/** What all requests of a studio share. */
export interface StudioState {
  readonly subject: StudioSubject;
  readonly facts: SessionFacts;
  readonly sets: ScoreSets;
  readonly runs: PromptRuns;
  readonly queue: WorkQueue;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
}
