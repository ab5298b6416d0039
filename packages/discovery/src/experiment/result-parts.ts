import type { AblationType, PatchType, PruneScores } from "@autocircuit/core";
import type { MetricName, MetricValue } from "@autocircuit/metrics";
import type { TrainingHistory } from "../training/trained-scores.ts";
import type { ExperimentTask } from "./experiment-task.ts";

/** What an algorithm found on a task. */
export interface ScoredTask {
  /** Keys of the task and of the algorithm. */
  readonly task: string;
  readonly algorithm: string;
  readonly scores: PruneScores;
  /** On the wall. */
  readonly seconds: number;
  /** Of algorithms that train. */
  readonly history?: TrainingHistory;
}

/** How an algorithm is told of. */
export interface RecordedAlgorithm {
  readonly key: string;
  readonly name: string;
  /** For plots. */
  readonly short: string;
  /** What the scores depend on. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A metric of the circuits of one algorithm on one task. */
export interface MeasuredSeries {
  readonly task: string;
  readonly algorithm: string;
  readonly ablation: AblationType;
  readonly patch: PatchType;
  readonly metric: MetricName;
  /** The sizes that were asked for; null for the default ones. */
  readonly asked: readonly number[] | null;
  /** By growing size. */
  readonly points: readonly MetricValue[];
}

/** What {@link ExperimentResults} holds. */
export interface ResultParts {
  readonly tasks: readonly ExperimentTask[];
  readonly algorithms: readonly RecordedAlgorithm[];
  readonly scored: readonly ScoredTask[];
  readonly series: readonly MeasuredSeries[];
}
