import { type Ablation, AutocircuitError, type Tensor } from "@autocircuit/native";
import { type AblationType, dataSetSides } from "../model/ablation-type.ts";
import { type LongOptions, throwIfAborted } from "../model/long-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Circuit } from "../scores/circuit.ts";
import { defaultCircuitSizes } from "../scores/default-circuit-sizes.ts";
import type { PruneScores } from "../scores/prune-scores.ts";
import { type CircuitRuns, circuitRuns } from "./circuit-run.ts";
import { circuitsOfSizes, type SizedCircuit } from "./circuits-of-sizes.ts";
import { type PatchPlan, type PatchType, patchPlan } from "./patch-plan.ts";

/** Options of {@link runCircuits}. */
export interface RunCircuitsOptions extends LongOptions {
  readonly scores: PruneScores;
  /** Circuit sizes; by default those of `defaultCircuitSizes`. */
  readonly sizes?: readonly number[] | undefined;
  /** Default `"tree"`. */
  readonly patch?: PatchType | undefined;
  /** Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Swap clean and corrupt prompts. */
  readonly reverseCleanCorrupt?: boolean | undefined;
}

/**
 * Runs circuits of several sizes on every batch of prompts.
 *
 * A circuit of size n is every edge whose |score| is at least the n-th largest; ties can make it larger, and sizes that
 * give the same circuit give one run. Tree patching runs the clean prompts with everything outside the circuit ablated
 * (from the corrupt prompts); edge patching runs the corrupt prompts with the circuit's edges ablated (from the clean ones).
 *
 * @returns One run a circuit, by growing size. The logits are the caller's to dispose: `using runs = await runCircuits(..)`.
 * @throws AutocircuitError `bad-input` for scores of another graph, sizes the graph cannot have, no prompts; `aborted`.
 *
 * @example
 * using runs = await runCircuits(model, prompts, { scores, sizes: [0, 1, 10], patch: "tree", ablation: "resample" });
 * for (const { edges, logits } of runs) console.log(edges, logits[0].shape);
 */
export async function runCircuits(
  model: PatchableModel,
  prompts: PromptLoader,
  options: RunCircuitsOptions,
): Promise<CircuitRuns> {
  const { scores, ablation = "resample", patch = "tree", signal, onProgress } = options;
  if (!scores.graph.equals(model.graph)) {
    throw new AutocircuitError("bad-input", "The scores are of another graph than the model's; see `model.withGraph`.");
  }
  if (prompts.length === 0) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const circuits = circuitsOfSizes(scores, options.sizes ?? defaultCircuitSizes(model.graph, scores));
  const plan = patchPlan(patch, options.reverseCleanCorrupt ?? false);
  const outputs = circuits.map((): Tensor[] => []);
  const total = circuits.length * prompts.length;
  let done = 0;
  let shared: Ablation | undefined;
  try {
    if (dataSetSides(ablation) !== undefined) shared = await model.ablations(prompts, ablation, { signal });
    for (const batch of prompts) {
      throwIfAborted(signal);
      const using = shared ?? (await model.ablations(batch.tokens(plan.ablateFrom), ablation, { signal }));
      try {
        await runBatch(model, batch, plan, patch, using, circuits, signal, (logits, index) => {
          outputs[index]!.push(logits);
          onProgress?.({ done: ++done, total });
        });
      } finally {
        if (using !== shared) using.dispose();
      }
    }
  } catch (error) {
    for (const logits of outputs.flat()) logits.dispose();
    throw error;
  } finally {
    shared?.dispose();
  }
  return circuitRuns(
    circuits.map(({ circuit, asked }, index) => ({ edges: circuit.size, asked, circuit, logits: outputs[index]! })),
  );
}

async function runBatch(
  model: PatchableModel,
  batch: PromptBatch,
  plan: PatchPlan,
  patch: PatchType,
  using: Ablation,
  circuits: readonly SizedCircuit[],
  signal: AbortSignal | undefined,
  onLogits: (logits: Tensor, index: number) => void,
): Promise<void> {
  const tokens = batch.tokens(plan.run);
  // With the circuit ablated most layers before its first edge are as in the plain run; with the rest ablated none are.
  const startsLate = patch === "edge" && circuits.length > 2;
  const kept = startsLate
    ? await model.run(tokens, { keep: true, logits: false, ...(signal && { signal }) })
    : undefined;
  try {
    for (const [index, { circuit }] of circuits.entries()) {
      throwIfAborted(signal);
      const ablate = maskOf(circuit, patch);
      onLogits(await model.forward(tokens, { ablate, using, from: kept?.run, signal }), index);
    }
  } finally {
    kept?.run?.dispose();
  }
}

function maskOf(circuit: Circuit, patch: PatchType): Float32Array {
  return patch === "edge" ? circuit.mask() : circuit.complement();
}
