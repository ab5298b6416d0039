import type { KnownCircuit } from "@autocircuit/circuits";
import type { AblationType, LatentLabels, LoadedTask } from "@autocircuit/core";
import type { PlannedBatch, RunShape, TaskOutline } from "@autocircuit/discovery";
import type { Context } from "../context.ts";
import type { UsedDevice } from "../support/use-device.ts";
import type { LeftLatents } from "./pruned-latents.ts";

/** What discovery is about: a ready-made task, or somebody's own model and prompts. */
export interface Subject {
  name: string;
  /** In one line. */
  description: string;
  /** Known circuits by name, the first is the default; none for one's own model. */
  circuits: Readonly<Record<string, KnownCircuit>>;
  /** What the model is called; null for one that is compiled for the task. */
  model: string | null;
  /** What the prompts are called that were given, by their files; null for those that a task makes itself. */
  prompts: string | null;
  /** The task's title for the report. */
  title: (task: LoadedTask) => string;
  /** What is to be said of the prompts and the model, once they are loaded. */
  notes: readonly string[];
  /** How latents were pruned, once they are; null where none were. */
  readonly prunedLatents: LeftLatents | null;
  /** How far a model is that autoencoders make, without what they leave out: KL(the model || this) in nats, once it is loaded; else null. */
  readonly replacedKl: number | null;
  /** Loads model and prompts, and says what was loaded; the caller disposes the result. @throws UsageError where that, or the run, has no room */
  load: (options: SubjectOptions, context: Context) => Promise<LoadedTask>;
}

/** How a subject is loaded. */
export interface SubjectOptions {
  byToken: boolean;
  seed: number;
  /** Name of the known circuit to compare with. Default: the one that fits the ablation. */
  knownCircuit: string | undefined;
  /** What ablated edges will take. */
  ablation?: AblationType | undefined;
  /** What latents stand for: refused before anything is loaded where there are no such latents. */
  labels?: LatentLabels | undefined;
  /** Where and in what it computes. */
  used: UsedDevice;
  /** How a run for such a task on such batches uses memory, for the estimate. */
  shape: (task: LoadedTask | TaskOutline, batch: PlannedBatch) => RunShape;
}
