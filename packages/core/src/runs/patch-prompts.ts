import { type KindsOf, kind, signature } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import type { AblationType } from "../ablations/ablation-type.ts";
import * as kinds from "../kinds.ts";
import { overPrompts } from "../memory/over-prompts.ts";
import { type Ablate, edgeMask } from "../model/edge-mask.ts";
import type { LongOptions } from "../model/long-options.ts";
import { forwardOptions } from "../model/model-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";

/** Options of {@link patchPrompts}. */
export interface PatchPromptsOptions extends LongOptions {
  /** The edges to ablate, alike in all prompts. */
  readonly ablate: Ablate;
  /** Default `"resample"`. Means over a batch are of the loader's batches. */
  readonly ablation?: AblationType | undefined;
}

/** What {@link patchPrompts} gives. */
export interface PatchedPrompts {
  /** Logits of each prompt at all its positions, `[positions][vocabulary]`; there are none for padding. */
  readonly logits: readonly (readonly (readonly number[])[])[];
  /** The largest difference of one of them from the unpatched model's, without sign. */
  readonly largestChange: number;
}

const check = signature("patchPrompts", { model: kinds.patchableModel, prompts: kinds.promptLoader }, {
  ...kinds.longOptions,
  ablate: kind.required(forwardOptions.ablate),
  ablation: kinds.ablationName,
} satisfies KindsOf<PatchPromptsOptions>);

/**
 * Runs the clean prompts with some edges ablated, and looks how far the logits are from those without.
 *
 * @throws AutocircuitError `unknown-name`, `shape` or `bad-input` for edges that the model's graph does not have; `not-finite`; `aborted`
 * @example
 * const { logits, largestChange } = await patchPrompts(model, prompts, { ablate: ["A0.3->A1.2.Q"], ablation: "zero" });
 * console.log(`${logits.length} prompts; no logit moved by more than ${largestChange}`);
 */
export async function patchPrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: PatchPromptsOptions,
): Promise<PatchedPrompts> {
  check({ model, prompts }, options);
  const { ablate, ablation = "resample", signal, onProgress } = options;
  // Edges that are not there are named before anything is run.
  const { mask, owned } = edgeMask(model.graph, ablate, 1);
  try {
    const logits: (readonly (readonly number[])[])[] = [];
    let largestChange = 0;
    for await (const { fold } of overPrompts(model, prompts, { ablation, signal, onProgress })) {
      const ofBatch = await fold(async (before: PatchedPrompts | undefined, { slice, ablation, step }) => {
        const patched = await model.forward(slice.clean, { ablate: mask, ablation, sliced: false, signal });
        const plain = await model.forward(slice.clean, { sliced: false, signal });
        const starts = slice.prompts.map(({ clean }) => slice.seqLen - clean.length);
        const change = await largestDifference(patched, plain, starts);
        const all = (await patched.toArray()) as number[][][];
        step();
        return {
          // What is computed for padding means nothing.
          logits: [...(before?.logits ?? []), ...all.map((rows, prompt) => rows.slice(starts[prompt]))],
          largestChange: Math.max(before?.largestChange ?? 0, change),
        };
      });
      logits.push(...ofBatch.logits);
      largestChange = Math.max(largestChange, ofBatch.largestChange);
    }
    return { logits, largestChange };
  } finally {
    if (owned) mask.dispose();
  }
}

/** @param starts where each row's prompt begins, behind its padding */
async function largestDifference(a: Tensor, b: Tensor, starts: readonly number[]): Promise<number> {
  const largest = scope(() => {
    const difference = a.sub(b).abs();
    return starts.map((start, row) =>
      difference
        .slice(0, row, row + 1)
        .slice(1, start)
        .max(),
    );
  });
  const values = await Promise.all(largest.map((value) => value.item()));
  for (const value of largest) value.dispose();
  return Math.max(...values.map(Number));
}
