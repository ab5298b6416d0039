import type { AttributionGraph } from "../api/index.ts";
import type { DataSetRuns } from "./data-set/data-set-runs.ts";
import type { MeanAblations } from "./model/mean-ablations.ts";
import type { PromptRuns } from "./model/prompt-runs.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import type { WorkQueue } from "./queue/work-queue.ts";
import type { SessionFacts } from "./session.ts";
import type { ScoreSets } from "./sets/score-sets.ts";

/** What all requests of a studio share. */
export interface StudioState {
  readonly subject: StudioSubject;
  readonly facts: SessionFacts;
  readonly sets: ScoreSets;
  readonly means: MeanAblations;
  readonly runs: PromptRuns;
  readonly dataSet: DataSetRuns;
  /** What the engine does next. */
  readonly queue: WorkQueue;
  /** Discoveries, which take turns among themselves; each of their passes waits for its turn in the queue. */
  readonly discoveries: WorkQueue;
  /** A graph of circuit-tracer's that is shown beside. */
  readonly attributionGraph: AttributionGraph | null;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
}
