import type { LongOptions, Progress } from "@autocircuit/core";
import type { ValidationPoint } from "./trained-scores.ts";

/** A step of training that is done. */
export interface TrainingProgress extends Progress {
  /** What was minimised: `target + size`, before the step. */
  readonly loss: number;
  /** The part of the loss that is about the outputs. */
  readonly target: number;
  /** The part that is about the number of edges, weight included. */
  readonly size: number;
  /** Gradient of the loss with respect to the parameters, before the step; a number an edge. */
  readonly gradient: Float32Array;
  /** Only where validation prompts were given. */
  readonly validation?: ValidationPoint;
}

/** {@link LongOptions} of what trains. */
export interface TrainingOptions extends Pick<LongOptions, "signal"> {
  /** Called after each step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Seed of samples and dropout. Default 0. */
  readonly seed?: number | undefined;
}
