import { AutocircuitError } from "@autocircuit/base";
import { overPrompts, type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { requireFiniteScores } from "../finite-scores.ts";
import { ownName } from "../own-names.ts";
import { type AttributionOptions, recordedOptions } from "./attribution-options.ts";
import { lossOf } from "./losses.ts";
import { SliceGradients } from "./slice-gradients.ts";

/** An algorithm: what some prompts add to the scores, `[E]` or, per prompt, `[B, E]`; see `SliceGradients.gradient`. */
export type SliceScores = (slice: SliceGradients) => Promise<Tensor>;

/** What an algorithm is called, and what it says of itself beside its scores. */
export interface AlgorithmInfo {
  readonly algorithm: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether all its gradients are taken at the clean run. */
  readonly cleanOnly?: boolean;
}

/**
 * Runs an algorithm over all prompts, slice by slice, and sums what they give over the batches, as the mask gradient does: a prompt counts
 * one over the size of its batch.
 *
 * @throws AutocircuitError `bad-input` for no prompts, and for a gradient that is zero by construction; `not-finite`; `aborted`
 */
export async function scorePrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions,
  { algorithm, options: own, cleanOnly = false }: AlgorithmInfo,
  scoresOf: SliceScores,
): Promise<PruneScores> {
  const { signal, onProgress, onPrompt, ablation = "resample" } = options;
  if (cleanOnly) requireGradient(options.loss, algorithm);
  if (prompts.promptCount === 0) throw new AutocircuitError("bad-input", `${algorithm}: there are no prompts.`);
  const loss = await lossOf(model, prompts, options);
  const perPrompt = onPrompt !== undefined;
  const values = new Float64Array(model.graph.edgeCount);
  for await (const { batch, first, fold } of overPrompts(model, prompts, { ablation, signal, onProgress })) {
    const rows = await fold<Tensor, Float32Array | Float64Array>(
      async (before, { slice, ablation, step }) => {
        const prepared = { ablation, loss: await loss(slice), perPrompt, signal };
        const scores = await scoresOf(new SliceGradients(model, slice, prepared));
        step();
        if (perPrompt) return before ? Tensor.cat([before, scores]) : scores;
        const part = scores.mul(slice.size / batch.size);
        return before ? before.add(part) : part;
      },
      async (found) => {
        const edgeAt = (cell: number) => cell % model.graph.edgeCount;
        await requireFiniteScores(found, { model, batch, what: "score", edgeAt });
        return (await found.data()) as Float32Array | Float64Array;
      },
    );
    const share = perPrompt ? 1 / batch.size : 1;
    for (let row = 0; row * values.length < rows.length; row++) {
      const scores = rows.subarray(row * values.length, (row + 1) * values.length);
      for (let edge = 0; edge < values.length; edge++) values[edge]! += scores[edge]! * share;
      if (perPrompt) onPrompt(new Float32Array(scores), first + row);
    }
  }
  return new PruneScores(model.graph, new Float32Array(values), {
    algorithm,
    options: { ...recordedOptions(options), ...own },
  });
}

/** @throws AutocircuitError `bad-input` for a loss whose gradient is zero where an algorithm that looks at the clean run alone takes it */
export function requireGradient(loss: AttributionOptions["loss"], algorithm: string): void {
  if (loss === undefined || ownName(loss) !== "kl-div") return;
  throw new AutocircuitError(
    "bad-input",
    `${algorithm} with the loss "kl-div": its gradient at the clean run is zero by construction, because KL(clean || clean) is a minimum, ` +
      'and so would be all scores. Take the loss "answers", or an algorithm that looks elsewhere, such as eap-ig-inputs with several steps.',
  );
}

/** The weighted sum of gradients that are made one after the other. */
export async function sumOf(count: number, term: (k: number) => Promise<Tensor>): Promise<Tensor> {
  let sum: Tensor | undefined;
  for (let k = 0; k < count; k++) {
    const before = sum;
    sum = await scope(async () => {
      const next = await term(k);
      return before ? before.add(next) : next;
    });
    before?.dispose();
  }
  return sum!;
}
