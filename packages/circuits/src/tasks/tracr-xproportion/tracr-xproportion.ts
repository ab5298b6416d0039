import type { LoadedTask } from "@autocircuit/core";
import type { RawTokenPrompt } from "../../prompts/prompt-file.ts";
import { compilerCircuit } from "../../ready-task/compiler-circuit.ts";
import type { ReadyTask, ReadyTaskOptions } from "../../ready-task/ready-task.ts";
import { tracrTask } from "../../ready-task/tracr-task.ts";
import { ACDC_PAPER, type PublishedTask, TRACR_PAPER } from "../published-task.ts";
import { tracrXproportionAcdcEdges, tracrXproportionEdges } from "./edges.ts";
import { tracrXproportionPrompts } from "./prompts.ts";

const task = tracrTask({
  name: "tracr-xproportion",
  description: "gives the share of x among the tokens so far, as a number",
  program: "xproportion",
  circuits: (compiled) => ({
    autocircuit: {
      description: "resample ablation",
      origin: "AutoCircuit, tracr-xproportion",
      edges: tracrXproportionEdges,
    },
    acdc: {
      description: "zero ablation",
      origin: "Conmy et al. 2023 (ACDC), tracr-xproportion; edges as in AutoCircuit",
      edges: tracrXproportionAcdcEdges,
    },
    compiler: compilerCircuit(compiled),
  }),
  prompts: (_, options) => tracrXproportionPrompts(options),
  outputSlice: "not_first_seq",
  batchSize: 128,
  batchCount: { train: 2, test: 6 },
});

const MODEL = "compiled xproportion";

/** The share of a token in a sequence, by a compiled model. */
export const tracrProportion: PublishedTask<ReadyTask<RawTokenPrompt>> = {
  tasks: [task],
  circuits: [
    {
      name: "tracr-xproportion-edges",
      description: "share of x so far, resample ablation",
      model: MODEL,
      paper: `${TRACR_PAPER}; edges of AutoCircuit`,
      words: [],
      edges: tracrXproportionEdges,
    },
    {
      name: "tracr-xproportion-acdc-edges",
      description: "share of x so far, zero ablation",
      model: MODEL,
      paper: `${TRACR_PAPER}; ${ACDC_PAPER}`,
      words: [],
      edges: tracrXproportionAcdcEdges,
    },
  ],
  dataSets: [task.prompts],
  textDataSets: {},
};

/**
 * The compiled model that gives the share of x so far, with all 1,024 sequences as prompts (256 to train, 768 to test) and the published
 * circuit. Its output is one number a position: KL divergence says nothing about it, use the mean squared error.
 *
 * @example
 * await using task = await tracrXproportion();
 * const scores = await acdc(task.model, task.train, { taus: [1e-3], target: "mean-squared-error" });
 */
export function tracrXproportion(options: ReadyTaskOptions = {}): Promise<LoadedTask> {
  return task.load(options);
}
