import { type Graph, PruneScores, type ScoresInfo } from "@autocircuit/core";

/** What validation prompts say after a step. */
export interface ValidationPoint {
  /** Mean over the prompts of 100 times the run's difference of log-probabilities over the full model's. */
  readonly mean: number;
  /** Their unbiased standard deviation; 0 for a single prompt. */
  readonly deviation: number;
}

/** How training went: a number a step (a batch of an epoch), in their order. */
export interface TrainingHistory {
  /** What was minimised: `target + size`. */
  readonly loss: readonly number[];
  /** The part of the loss that is about the outputs. */
  readonly target: readonly number[];
  /** The part that is about the number of edges, and about avoided ones, weight included. */
  readonly size: readonly number[];
  /** Only where validation prompts were given. */
  readonly validation?: readonly ValidationPoint[];
}

/** Scores that come from training, with its history. */
export class TrainedScores extends PruneScores {
  readonly history: TrainingHistory;

  constructor(graph: Graph, values: Float32Array, info: ScoresInfo, history: TrainingHistory) {
    super(graph, values, info);
    this.history = history;
  }
}
