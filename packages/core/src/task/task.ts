import { signature } from "@autocircuit/base";
import { TaskAliases } from "../aliases.ts";
import type { Edge } from "../graph/edge.ts";
import { requirePossibleGraph } from "../graph/graph-config.ts";
import { longOptions } from "../kinds.ts";
import type { LongOptions } from "../model/long-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { loadTask } from "./load-task.ts";
import type { LoadedTask } from "./loaded-task.ts";
import { type TaskOptions, taskOptions } from "./task-options.ts";

const check = signature("Task", {}, taskOptions);
const checkLoad = signature("Task.load", {}, longOptions);

/**
 * A model, prompt pairs, an output slice and, where there is one, the known circuit. Nothing is loaded before it is asked for:
 * each part is a promise, and {@link load} gives them all at once. A {@link LoadedTask} has the same members as plain
 * values, so `await task.model` works on either.
 *
 * @example
 * await using task = defineTask({
 *   key: "sum", name: "Addition", batchSize: 1, batchCount: { train: 2, test: 2 },
 *   model: () => loadModel("models/sum"), prompts: "prompts.json",
 * });
 * const model = await task.model;
 */
export class Task
  extends TaskAliases<Promise<PromptLoader>, Promise<readonly Edge[] | null>, Promise<number | null>>
  implements AsyncDisposable
{
  readonly key: string;
  readonly name: string;
  readonly options: TaskOptions;
  #loaded: Promise<LoadedTask> | undefined;

  constructor(options: TaskOptions) {
    super();
    check({}, options);
    requirePossibleGraph(options);
    this.key = options.key;
    this.name = options.name;
    this.options = options;
  }

  /** Whether graph and circuit are by token. */
  get byToken(): boolean {
    return this.options.byToken ?? false;
  }

  /**
   * Loads model and prompts, once; after a failure the next call tries again. Disposing either the result or the task
   * frees them. `onProgress` is called while latents are pruned.
   *
   * @throws AutocircuitError `not-found`, `bad-file` or `bad-input` for prompts that cannot be used; whatever the model's
   *   loader throws; `aborted`.
   */
  load(options: LongOptions = {}): Promise<LoadedTask> {
    checkLoad({}, options);
    const loading = this.#loaded ?? loadTask(this.options, options);
    this.#loaded = loading;
    loading.catch(() => {
      if (this.#loaded === loading) this.#loaded = undefined;
    });
    return loading;
  }

  get model(): Promise<PatchableModel> {
    return this.load().then((task) => task.model);
  }

  /** Training prompts. */
  get train(): Promise<PromptLoader> {
    return this.load().then((task) => task.train);
  }

  /** Test prompts. */
  get test(): Promise<PromptLoader> {
    return this.load().then((task) => task.test);
  }

  /** Edges of the known circuit; null if the task has none. */
  get knownEdges(): Promise<readonly Edge[] | null> {
    return this.load().then((task) => task.knownEdges);
  }

  /** Number of edges of the known circuit; null if the task has none. */
  get knownEdgeCount(): Promise<number | null> {
    return this.load().then((task) => task.knownEdgeCount);
  }

  /** Frees what was loaded; the task can be loaded again. */
  async [Symbol.asyncDispose](): Promise<void> {
    const loading = this.#loaded;
    this.#loaded = undefined;
    const loaded = await loading?.catch(() => undefined);
    await loaded?.[Symbol.asyncDispose]();
  }
}

/** A task from its definition; nothing is loaded yet. */
export function defineTask(options: TaskOptions): Task {
  return new Task(options);
}
