import { AutocircuitError } from "@autocircuit/base";
import { inSmallerSlices, type PatchableModel, type PromptLoader, PruneScores, slicedPrompts } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { ablatedBatches } from "../ablated-batches.ts";
import { requireFiniteScores } from "../finite-scores.ts";
import { type AttributionOptions, recordedOptions } from "./attribution-options.ts";
import { lossOf } from "./losses.ts";
import { SliceGradients } from "./slice-gradients.ts";

/** A method: what some prompts add to the scores, `[E]` or, per prompt, `[B, E]`; see `SliceGradients.gradient`. */
export type SliceScores = (slice: SliceGradients) => Promise<Tensor>;

/** What a method is called, and what it says of itself beside its scores. */
export interface MethodInfo {
  readonly algorithm: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether all its gradients are taken at the clean run. */
  readonly cleanOnly?: boolean;
}

/**
 * Runs a method over all prompts, slice by slice, and sums what they give over the batches, as the mask gradient does: a prompt counts
 * one over the size of its batch.
 *
 * @throws AutocircuitError `bad-input` for no prompts, and for a gradient that is zero by construction; `not-finite`; `aborted`
 */
export async function scorePrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions,
  { algorithm, options: own, cleanOnly = false }: MethodInfo,
  method: SliceScores,
): Promise<PruneScores> {
  const { signal, onProgress, onPrompt, ablation = "resample", loss: lossName } = options;
  if (cleanOnly && lossName === "kl_div") {
    throw new AutocircuitError(
      "bad-input",
      `${algorithm} with the loss "kl_div": its gradient at the clean run is zero by construction, because KL(clean || clean) is a minimum, ` +
        'and so would be all scores. Take the loss "answers", or a method that looks elsewhere, such as eap-ig-inputs.',
    );
  }
  if (prompts.promptCount === 0) throw new AutocircuitError("bad-input", `${algorithm}: there are no prompts.`);
  const loss = await lossOf(model, prompts, options);
  const perPrompt = onPrompt !== undefined;
  let done = 0;
  let first = 0;
  const values = new Float64Array(model.graph.edgeCount);
  for await (const { batch, slices } of ablatedBatches(model, prompts, ablation, { signal })) {
    const before = done;
    const work = () =>
      scope(async () => {
        done = before;
        const parts: Tensor[] = [];
        for await (const { slice, using } of slices()) {
          const part = await scope(async () => {
            const prepared = { using, loss: await loss(slice), perPrompt, signal };
            const scores = await method(new SliceGradients(model, slice, prepared));
            return perPrompt ? scores : scores.mul(slice.size / batch.size);
          });
          parts.push(part);
          done += slice.size;
          onProgress?.({ done, total: prompts.promptCount });
        }
        const rows = perPrompt ? Tensor.cat(parts) : Tensor.stack(parts).sum(0, true);
        const place = (cell: number) => cell % model.graph.edgeCount;
        await requireFiniteScores(rows, { model, batch, what: "score", edgeAt: place });
        return Float64Array.from(await rows.data(), Number);
      });
    const rows = await inSmallerSlices(model, slicedPrompts(batch), work);
    const share = perPrompt ? 1 / batch.size : 1;
    for (let cell = 0; cell < rows.length; cell++) values[cell % values.length]! += rows[cell]! * share;
    if (perPrompt)
      for (let row = 0; row < batch.size; row++)
        onPrompt(Float32Array.from(rows.subarray(row * values.length, (row + 1) * values.length)), first + row);
    first += batch.size;
  }
  return new PruneScores(model.graph, Float32Array.from(values), {
    algorithm,
    options: { ...recordedOptions(options), ...own },
  });
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
