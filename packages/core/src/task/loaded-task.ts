import { TaskAliases } from "../aliases.ts";
import type { Edge } from "../graph/edge.ts";
import { latentNotes } from "../model/latent-notes.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PrunedLatents } from "../model/prune-latents.ts";
import type { SharedPrefix } from "../model/share-prefix.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { trailingSpaceNote } from "../prompts/trailing-space.ts";
import type { TaskOptions } from "./task-options.ts";

/** What is made when a task is loaded. */
export interface TaskParts {
  readonly model: PatchableModel;
  readonly train: PromptLoader;
  readonly test: PromptLoader;
  readonly knownEdges: readonly Edge[] | null;
  readonly sharedPrefix: TaskPrefix | null;
  /** See {@link LoadedTask.prunedLatents}; default null. */
  readonly prunedLatents?: LoadedTask["prunedLatents"] | undefined;
  /** See {@link LoadedTask.replacedKl}; default null. */
  readonly replacedKl?: number | null | undefined;
}

/** What prompts had in common at the start and was cut off. */
export type TaskPrefix = Pick<SharedPrefix, "length" | "kind" | "reason">;

/**
 * A task whose model and prompts are there.
 *
 * @example
 * const options = { key: "sum", name: "Addition", batchSize: 1, batchCount: 2 };
 * await using task = await defineTask({ ...options, model: () => loadModel("models/sum"), prompts: "prompts.json" }).load();
 * const scores = await edgeAttribution(task.model, task.train);
 * const runs = await runCircuits(task.model, task.test, { scores });
 */
export class LoadedTask
  extends TaskAliases<PromptLoader, readonly Edge[] | null, number | null>
  implements AsyncDisposable
{
  readonly key: string;
  readonly name: string;
  readonly byToken: boolean;
  readonly options: TaskOptions;
  readonly model: PatchableModel;
  /** Training prompts. */
  readonly train: PromptLoader;
  /** Test prompts. */
  readonly test: PromptLoader;
  /** Edges of the known circuit; null if the task has none. */
  readonly knownEdges: readonly Edge[] | null;
  /**
   * With `sharePrefix`: how many tokens were cut off the front of all prompts, and if none, why. Else null. `kind` is that of the
   * training prompts.
   */
  readonly sharedPrefix: TaskPrefix | null;
  /** Where latents of autoencoders were pruned: which are kept, how many were active, and what that cost. Else null. */
  readonly prunedLatents: Omit<PrunedLatents, "autoencoders"> | null;
  /**
   * Where what autoencoders leave out is dropped, and the model is what they make of it: how far that is from the model without them,
   * KL(without || with) of the training prompts' logits in nats. Else null.
   */
  readonly replacedKl: number | null;
  readonly #free: () => void;

  constructor(options: TaskOptions, parts: TaskParts, free: () => void) {
    super();
    this.key = options.key;
    this.name = options.name;
    this.byToken = options.byToken ?? false;
    this.options = options;
    this.model = parts.model;
    this.train = parts.train;
    this.test = parts.test;
    this.knownEdges = parts.knownEdges;
    this.sharedPrefix = parts.sharedPrefix;
    this.prunedLatents = parts.prunedLatents ?? null;
    this.replacedKl = parts.replacedKl ?? null;
    this.#free = free;
  }

  /** Number of edges of the known circuit; null if the task has none. */
  get knownEdgeCount(): number | null {
    return this.knownEdges?.length ?? null;
  }

  /**
   * What whoever reads results of the task should know of its model and prompts: that there is no known circuit to compare with, prompts that end in the space of
   * their answers, how many latents autoencoders make and what that cost. Reports begin with it.
   */
  get notes(): readonly string[] {
    const { model, prunedLatents, replacedKl, options } = this;
    const { notes, keepLatents } = options;
    const promptCount = this.train.promptCount;
    return [
      ...(notes?.(this) ?? []),
      ...this.#trailingSpace(),
      ...latentNotes(model, { prunedLatents, promptCount, replacedKl, keepLatents }),
    ];
  }

  /** Said where the answers are those of the last position. */
  #trailingSpace(): string[] {
    const { outputSlice, tokenizer } = this.model;
    if (typeof outputSlice === "object" && outputSlice.position !== -1) return [];
    const note = trailingSpaceNote([...this.train.prompts, ...this.test.prompts], tokenizer);
    return note === undefined ? [] : [note];
  }

  /** Frees prompts and, if the task made it, the model. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#free();
  }
}
