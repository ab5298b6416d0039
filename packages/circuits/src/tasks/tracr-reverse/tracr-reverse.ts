import type { LoadedTask } from "@autocircuit/core";
import type { RawTokenPrompt } from "../../prompts/prompt-file.ts";
import { compilerCircuit } from "../../ready-task/compiler-circuit.ts";
import type { ReadyTask, ReadyTaskOptions } from "../../ready-task/ready-task.ts";
import { tracrTask } from "../../ready-task/tracr-task.ts";
import { ACDC_PAPER, type PublishedTask, TRACR_PAPER } from "../published-task.ts";
import { tracrReverseAcdcEdges, tracrReverseEdges } from "./edges.ts";
import { tracrReversePrompts } from "./prompts.ts";

const task = tracrTask({
  name: "tracr-reverse",
  description: "reverses five tokens",
  program: "reverse",
  circuits: (compiled) => ({
    autocircuit: {
      description: "resample ablation",
      origin: "AutoCircuit, tracr-reverse",
      edges: tracrReverseEdges,
    },
    acdc: {
      description: "zero ablation",
      origin: "Conmy et al. 2023 (ACDC), tracr-reverse; edges as in AutoCircuit",
      edges: tracrReverseAcdcEdges,
    },
    compiler: compilerCircuit(compiled),
  }),
  prompts: (_, options) => tracrReversePrompts(options),
  outputSlice: "not_first_seq",
  batchSize: 81,
  batchCount: { train: 1, test: 2 },
});

const MODEL = "compiled reverse";

/** Reversal of a sequence by a compiled model. */
export const tracrReversal: PublishedTask<ReadyTask<RawTokenPrompt>> = {
  tasks: [task],
  circuits: [
    {
      name: "tracr-reverse-edges",
      description: "reversal of five tokens, resample ablation",
      model: MODEL,
      paper: `${TRACR_PAPER}; edges of AutoCircuit`,
      words: [],
      edges: tracrReverseEdges,
    },
    {
      name: "tracr-reverse-acdc-edges",
      description: "reversal of five tokens, zero ablation",
      model: MODEL,
      paper: `${TRACR_PAPER}; ${ACDC_PAPER}`,
      words: [],
      edges: tracrReverseAcdcEdges,
    },
  ],
  dataSets: [task.prompts],
  textDataSets: {},
};

/**
 * The compiled model that reverses five tokens, with all 243 sequences as prompts (81 to train, 162 to test) and the published circuit.
 *
 * By token the published circuit covers positions 1, 2, 4 and 5. Position 3 is then ablated by tree patching, and the output there
 * leaves the full model's; pass `positions: [1, 2, 3, 4, 5]` to keep it.
 *
 * @example
 * await using task = await tracrReverse({ byToken: true });
 * const scores = await acdc(task.model, task.train, { taus: [1e-3] });
 */
export function tracrReverse(options: ReadyTaskOptions = {}): Promise<LoadedTask> {
  return task.load(options);
}
