import { USUAL_SEED } from "@autocircuit/base";
import type { PruneScores } from "@autocircuit/core";
import { bootstrapCircuits, measureCircuits, numberPrompts, rocCurve } from "@autocircuit/metrics";
import { type MethodTask, type RunMethodOptions, runMethod, type TabledMethod } from "./run-method.ts";

/** How a method does on a compiled transformer, whose circuit is known. */
export interface MethodOnTask {
  readonly task: string;
  /** Edges of the known circuit, and of the graph. */
  readonly knownEdgeCount: number;
  readonly edgeCount: number;
  /** Area under the receiver operating characteristic of absolute scores against the known circuit. */
  readonly auroc: number;
  /** Edges of the smallest beginning of the ranking with a divergence below {@link NEAR}; null where the output is a number. */
  readonly edgesNeeded: number | null;
  /** Mean Jaccard index, over resamples of the prompts, of circuits of as many edges as the known one has; null without scores of prompts. */
  readonly jaccard: number | null;
  /** Processor time of all threads, which a busy machine lengthens less than that on the wall. */
  readonly processorSeconds: number;
}

/** Divergence from the full model, in nats, that counts as the same output. */
export const NEAR = 1e-3;
/** How often the prompts are drawn again. */
export const RESAMPLES = 200;

/** Runs a method on a task's prompts to discover with, and judges its scores on those to measure on. */
export async function measureMethod(
  task: MethodTask,
  method: TabledMethod,
  options: RunMethodOptions = {},
): Promise<MethodOnTask> {
  const known = task.knownEdges!;
  const { scores, perPrompt, processorSeconds } = await runMethod(task, method, options);
  const { seed = USUAL_SEED, signal } = options;
  const size = known.length;
  const promptNumbers = numberPrompts(task.train.prompts);
  const drawn = { edges: [], size, sizes: [size], resamples: RESAMPLES, promptNumbers };
  const [stable] = perPrompt ? (await bootstrapCircuits(perPrompt, { ...drawn, seed, signal })).points : [];
  return {
    task: task.key,
    ...{ knownEdgeCount: size, edgeCount: task.model.graph.edgeCount },
    auroc: rocCurve(scores, known).auroc,
    edgesNeeded: await edgesNeeded(task, scores, signal),
    jaccard: stable?.jaccard ?? null,
    processorSeconds,
  };
}

/** All sizes are tried: what is kept mostly grows with the size, but need not. */
async function edgesNeeded(
  { model, test }: MethodTask,
  scores: PruneScores,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  if (model.config.dVocabOut === 1) return null;
  const sizes = Array.from({ length: model.graph.edgeCount + 1 }, (_, size) => size);
  const circuits = await measureCircuits(model, test, { scores, sizes, metrics: ["kl-clean"], signal });
  return circuits.find(({ metrics }) => metrics["kl-clean"]! < NEAR)!.size;
}
