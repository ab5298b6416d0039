import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type Ablation, Tensor } from "@autocircuit/native";
import type { AblationType } from "../ablations/ablation-type.ts";
import * as kinds from "../kinds.ts";
import { overPrompts } from "../memory/over-prompts.ts";
import { type LongOptions, throwIfAborted } from "../model/long-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Circuit } from "../scores/circuit.ts";
import { ranks } from "../scores/ranked-edges.ts";
import { type CircuitChoice, chosenCircuits } from "./chosen-circuits.ts";
import { type CircuitRuns, circuitRuns } from "./circuit-run.ts";
import type { SizedCircuit } from "./circuits-of-sizes.ts";
import { type PatchPlan, type PatchType, patchPlan, patchTypes } from "./patch-plan.ts";

/** Options of {@link runCircuits}. */
export interface RunCircuitsOptions extends LongOptions, CircuitChoice {
  /** Default `"tree"`. */
  readonly patch?: PatchType | undefined;
  /** Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Swap clean and corrupt prompts. */
  readonly reverseCleanCorrupt?: boolean | undefined;
}

const check = signature("runCircuits", { model: kinds.patchableModel, prompts: kinds.promptLoader }, {
  ...kinds.longOptions,
  circuits: kind.listOf(kinds.circuit),
  scores: kinds.pruneScores,
  sizes: kind.listOf(kind.whole),
  rank: kind.oneOf(ranks),
  patch: kind.oneOf(patchTypes),
  ablation: kinds.ablationName,
  reverseCleanCorrupt: kind.flag,
} satisfies KindsOf<RunCircuitsOptions>);

/**
 * Runs circuits on every batch of prompts: given ones, or those of several sizes that scores give.
 *
 * A circuit of size n by scores is every edge whose |score| is at least the n-th largest; ties can make it larger, and sizes that
 * give the same circuit give one run. Ranked by `signed` scores it is the n edges of largest score. Tree patching runs the clean prompts with everything outside the circuit ablated
 * (from the corrupt prompts); edge patching runs the corrupt prompts with the circuit's edges ablated (from the clean ones).
 *
 * @returns One run a circuit, in the order given, or by growing size. The logits are the caller's to dispose: `using runs = await runCircuits(..)`.
 * @throws AutocircuitError `bad-input` for circuits or scores of another graph, both or neither, sizes the graph cannot have, no prompts; `aborted`.
 *
 * @example
 * using runs = await runCircuits(model, prompts, { scores, sizes: [0, 1, 10], patch: "tree", ablation: "resample" });
 * for (const { size, logits } of runs) console.log(size, logits[0]!.shape);
 */
export async function runCircuits(
  model: PatchableModel,
  prompts: PromptLoader,
  options: RunCircuitsOptions,
): Promise<CircuitRuns> {
  check({ model, prompts }, options);
  const circuits = chosenCircuits(model.graph, options);
  const { ablation = "resample", patch = "tree", signal, onProgress } = options;
  if (prompts.length === 0) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const plan = patchPlan(patch, options.reverseCleanCorrupt ?? false);
  const outputs = circuits.map((): Tensor[] => []);
  const asked = { ablation, ablateFrom: plan.ablateFrom, passes: circuits.length, signal, onProgress };
  try {
    for await (const { run } of overPrompts(model, prompts, asked)) {
      const ofBatch = await run(async (slices) => {
        const parts = circuits.map((): Tensor[] => []);
        for await (const { slice, ablation, step } of slices) {
          await runSlice(model, slice, plan, patch, ablation, circuits, signal, (logits, index) => {
            parts[index]!.push(logits);
            step();
          });
        }
        return parts.map((logits) => (logits.length === 1 ? logits[0]! : Tensor.cat(logits)));
      });
      for (const [circuit, logits] of ofBatch.entries()) outputs[circuit]!.push(logits);
    }
  } catch (error) {
    for (const logits of outputs.flat()) logits.dispose();
    throw error;
  }
  return circuitRuns(
    circuits.map(({ circuit, asked }, index) => ({ size: circuit.size, asked, circuit, logits: outputs[index]! })),
  );
}

async function runSlice(
  model: PatchableModel,
  batch: PromptBatch,
  plan: PatchPlan,
  patch: PatchType,
  ablation: Ablation,
  circuits: readonly SizedCircuit[],
  signal: AbortSignal | undefined,
  onLogits: (logits: Tensor, index: number) => void,
): Promise<void> {
  const tokens = batch.tokens(plan.run);
  // With the circuit ablated most blocks before its first edge are as in the unpatched run; with the rest ablated none are.
  // The engine does not start in the middle behind a cached prefix.
  const startsLate = patch === "edge" && circuits.length > 2 && batch.prefix === null;
  const kept = startsLate
    ? await model.run(tokens, { keepRun: true, logits: false, ...(signal && { signal }) })
    : undefined;
  try {
    for (const [index, { circuit }] of circuits.entries()) {
      throwIfAborted(signal);
      const ablate = maskOf(circuit, patch);
      onLogits(await model.forward(tokens, { ablate, ablation, from: kept?.run, signal }), index);
    }
  } finally {
    kept?.run?.dispose();
  }
}

function maskOf(circuit: Circuit, patch: PatchType): Float32Array {
  return patch === "edge" ? circuit.mask() : circuit.complement();
}
