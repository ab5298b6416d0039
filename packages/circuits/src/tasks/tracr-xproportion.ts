import type { LoadedTask } from "@autocircuit/core";
import type { PromptRecord } from "../data/prompt-file.ts";
import { tracrXproportionPrompts } from "../data/tracr-xproportion.ts";
import { tracrXproportionAcdcEdges, tracrXproportionOfficialEdges } from "../edges/tracr-xproportion.ts";
import { compilerCircuit } from "./compiler-circuit.ts";
import type { ReadyTask, ReadyTaskOptions } from "./ready-task.ts";
import { tracrTask } from "./tracr-task.ts";

/** The task tracr-xproportion; see {@link tracrXproportion}. */
export const tracrXproportionTask: ReadyTask<PromptRecord> = tracrTask({
  name: "tracr-xproportion",
  description: "gives the share of x among the tokens so far, as a number",
  program: "xproportion",
  circuits: (compiled) => ({
    official: {
      description: "resample ablation",
      source: "AutoCircuit, official edges of tracr-xproportion",
      edges: tracrXproportionOfficialEdges,
    },
    acdc: {
      description: "zero ablation",
      source: "Conmy et al. 2023 (ACDC), tracr-xproportion; edges as in AutoCircuit",
      edges: tracrXproportionAcdcEdges,
    },
    compiler: compilerCircuit(compiled),
  }),
  prompts: (_, options) => tracrXproportionPrompts(options),
  outputSlice: "not_first_seq",
  batchSize: 128,
  batchCount: { train: 2, test: 6 },
});

/**
 * The compiled model that gives the share of x so far, with all 1,024 sequences as prompts (256 to train, 768 to test) and the published
 * circuit. Its output is one number a position: KL divergence says nothing about it, use the mean squared error.
 *
 * @example
 * await using task = await tracrXproportion();
 * const scores = await acdc(task.model, task.train, { taus: [1e-3], target: "mse" });
 */
export function tracrXproportion(options: ReadyTaskOptions = {}): Promise<LoadedTask> {
  return tracrXproportionTask.load(options);
}
