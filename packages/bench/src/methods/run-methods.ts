import { tracrTasks } from "@autocircuit/circuits";
import { PromptLoader } from "@autocircuit/core";
import { type Processor, processor } from "../processor.ts";
import { type MethodOnTask, measureMethod } from "./measure-method.ts";
import type { MethodTask, TabledMethod } from "./run-method.ts";

/** The methods of the table. */
export const TABLED: readonly TabledMethod[] = [
  { algorithm: "edge-attribution" },
  { algorithm: "eap-ig-inputs" },
  { algorithm: "eap-ig-activations" },
  { algorithm: "clean-corrupted" },
  { algorithm: "ceap" },
  { algorithm: "eap-gp" },
  { algorithm: "relp" },
  { algorithm: "mean-of-methods" },
  { algorithm: "mask-gradient", options: { steps: 5 }, name: "mask-gradient, 5 steps" },
  { algorithm: "exact" },
  { algorithm: "information-flow-routes" },
  { algorithm: "acdc" },
  { algorithm: "subnetwork-probing" },
  { algorithm: "edge-pruning" },
  { algorithm: "edge-pruning", options: { warmStart: "eap-ig-inputs" }, name: "edge-pruning, warm start" },
  { algorithm: "ugs" },
  { algorithm: "activation-magnitude" },
  { algorithm: "random" },
];

/** How a method does on all compiled transformers. */
export interface TabledResult {
  readonly name: string;
  readonly tasks: readonly MethodOnTask[];
}

/** What `bench methods` writes with `--json`. */
export interface MethodsReport {
  readonly date: string;
  readonly command: string;
  readonly processor: Processor;
  readonly promptCount: number;
  readonly results: readonly TabledResult[];
}

/** Options of {@link runMethods}. */
export interface MethodsOptions {
  readonly command: string;
  /** Compiled transformers by name; default all. */
  readonly tasks?: readonly string[] | undefined;
  /** Prompts to discover with, and to measure on, at most. */
  readonly promptCount: number;
  readonly onStep?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs every method on every compiled transformer. */
export async function runMethods({
  command,
  tasks,
  promptCount,
  onStep,
  signal,
}: MethodsOptions): Promise<MethodsReport> {
  const results = new Map(TABLED.map((method) => [method, [] as MethodOnTask[]]));
  for (const [key, ready] of Object.entries(tracrTasks)) {
    if (tasks !== undefined && !tasks.includes(key)) continue;
    await using whole = await ready.load({ ...(signal && { signal }) });
    using train = firstOf(whole.train, promptCount);
    using test = firstOf(whole.test, promptCount);
    const task: MethodTask = { key, model: whole.model, knownEdges: whole.knownEdges, train, test };
    for (const [method, found] of results) {
      signal?.throwIfAborted();
      onStep?.(`${key}: ${method.algorithm}`);
      found.push(await measureMethod(task, method, { ...(signal && { signal }) }));
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    ...{ command, processor: processor(), promptCount },
    results: [...results].map(([{ algorithm, name = algorithm }, tasks]) => ({ name, tasks })),
  };
}

/** The first prompts, at most so many, as one batch. */
function firstOf({ prompts, wordPositions, seqStart }: PromptLoader, most: number): PromptLoader {
  const some = prompts.slice(0, most);
  return new PromptLoader(some, { batchSize: some.length, wordPositions, seqStart });
}
