import type { LoadedTask } from "@autocircuit/core";
import type { PromptRecord } from "../data/prompt-file.ts";
import { tracrReversePrompts } from "../data/tracr-reverse.ts";
import { tracrReverseAcdcEdges, tracrReverseTrueEdges } from "../edges/tracr-reverse.ts";
import { compilerCircuit } from "./compiler-circuit.ts";
import type { ReadyTask, ReadyTaskOptions } from "./ready-task.ts";
import { tracrTask } from "./tracr-task.ts";

/** The task tracr-reverse; see {@link tracrReverse}. */
export const tracrReverseTask: ReadyTask<PromptRecord> = tracrTask({
  name: "tracr-reverse",
  description: "reverses five tokens",
  program: "reverse",
  circuits: (compiled) => ({
    true: {
      description: "resample ablation",
      source: "AutoCircuit, official edges of tracr-reverse",
      edges: tracrReverseTrueEdges,
    },
    acdc: {
      description: "zero ablation",
      source: "Conmy et al. 2023 (ACDC), tracr-reverse; edges as in AutoCircuit",
      edges: tracrReverseAcdcEdges,
    },
    compiler: compilerCircuit(compiled),
  }),
  prompts: (_, options) => tracrReversePrompts(options),
  outputSlice: "not_first_seq",
  batchSize: 81,
  batchCount: { train: 1, test: 2 },
});

/**
 * The compiled model that reverses five tokens, with all 243 sequences as prompts (81 to train, 162 to test) and the published circuit.
 *
 * By token the published circuit covers positions 1, 2, 4 and 5. Position 3 is then ablated in a tree patch, and the output there
 * leaves the full model's; pass `positions: [1, 2, 3, 4, 5]` to keep it.
 *
 * @example
 * await using task = await tracrReverse({ byToken: true });
 * const scores = await acdc(task.model, task.train, { taus: [1e-3] });
 */
export function tracrReverse(options: ReadyTaskOptions = {}): Promise<LoadedTask> {
  return tracrReverseTask.load(options);
}
