import { kind, signature } from "@autocircuit/base";
import { type Prefix, Tensor } from "@autocircuit/native";
import { longOptions, patchableModel, promptLoader } from "../kinds.ts";
import { commonPrefixLength } from "../prompts/first-difference.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { type LongOptions, throwIfAborted } from "./long-options.ts";
import { sliceSkips } from "./output-slice.ts";
import type { PatchableModel } from "./patchable-model.ts";

/** Prompts without the prefix they share, and the model for them. */
export interface SharedPrefix extends Disposable {
  /** How many tokens were cut off; 0 if there is nothing to share. */
  readonly length: number;
  /**
   * `one`: all prompts start alike, their keys and values are computed and kept once. `per-prompt`: only each clean prompt
   * and its corrupt one start alike, every prompt has its own. `none`: nothing is shared, {@link reason} says why.
   */
  readonly kind: "one" | "per-prompt" | "none";
  /** Why nothing is shared; null if something is. */
  readonly reason: string | null;
  /** The prompts without their prefix, or as they were if nothing is shared. Their tokens carry keys and values. */
  readonly prompts: PromptLoader;
  /** The model with the graph for the rest of the prompts (by token: fewer positions). */
  readonly model: PatchableModel;
}

/** Options of {@link sharePrefix}. */
export interface SharePrefixOptions extends LongOptions {
  /** Cut off this many tokens at most. */
  readonly limit?: number | undefined;
}

const check = signature(
  "sharePrefix",
  { model: patchableModel, prompts: promptLoader },
  { ...longOptions, limit: kind.whole },
);

/**
 * Computes keys and values of what clean and corrupt prompts have in common at the start, once, and gives prompts that
 * begin behind it. The cache is right for every prompt: one prefix where all prompts share it, else one per prompt.
 * Positions in the prefix are then never ablated; with resampling that changes nothing, as both runs agree there.
 *
 * @example
 * using shared = await sharePrefix(task.model, task.train);
 * if (shared.reason) console.log(`No common prefix: ${shared.reason}`);
 * const logits = await shared.model.forward(shared.prompts.batches[0]!.clean);
 *
 * @throws AutocircuitError `bad-input` for a limit that is not a whole number; `aborted`.
 */
export async function sharePrefix(
  model: PatchableModel,
  prompts: PromptLoader,
  options: SharePrefixOptions = {},
): Promise<SharedPrefix> {
  check({ model, prompts }, options);
  const { limit, signal, onProgress } = options;
  const full = prompts.seqLen ?? 0;
  // The last position always runs: it gives the output.
  const length = Math.min(prompts.firstDifference, full - 1, limit ?? full);
  const reason = whyNothing(model, prompts, length);
  if (reason !== null) return { length: 0, kind: "none", reason, prompts, model, [Symbol.dispose]: () => {} };

  const pairs = prompts.prompts;
  const one = commonPrefixLength(pairs) >= length;
  const heads = (one ? [pairs.slice(0, 1)] : prompts.batches.map((batch) => batch.prompts)).map((group) =>
    group.map((pair) => pair.clean.slice(0, length)),
  );
  const prefixes: Prefix[] = [];
  const free = () => {
    for (const prefix of prefixes) prefix.dispose();
  };
  try {
    for (const rows of heads) {
      throwIfAborted(signal);
      using tokens = Tensor.from(BigInt64Array.from(rows.flat(), BigInt), {
        shape: [rows.length, length],
        dtype: "int64",
      });
      const { prefix } = await model.run(tokens, { keysValues: true, logits: false, ...(signal && { signal }) });
      prefixes.push(prefix!);
      onProgress?.({ done: prefixes.length, total: heads.length });
    }
  } catch (error) {
    free();
    throw error;
  }
  const rest = pairs.map((pair) => ({ ...pair, clean: pair.clean.slice(length), corrupt: pair.corrupt.slice(length) }));
  const { batchSize, firstDifference, tokenLabels, wordPositions, seqStart } = prompts;
  return {
    length,
    kind: one ? "one" : "per-prompt",
    reason: null,
    prompts: new PromptLoader(rest, {
      batchSize,
      firstDifference,
      wordPositions,
      prefixes,
      seqStart: seqStart + length,
      tokenLabels: tokenLabels?.slice(length),
    }),
    model: model.withGraph({ seqLen: full - length }),
    [Symbol.dispose]: free,
  };
}

function whyNothing(model: PatchableModel, prompts: PromptLoader, length: number): string | null {
  if (prompts.length === 0) return "there are no prompts";
  if (prompts.seqStart > 0) return "a prefix was cut off already";
  if (!model.config.causal)
    return "attention is bidirectional, so keys and values of the first tokens depend on the later ones";
  if (prompts.seqLen === null) return "the prompts have different lengths";
  if (prompts.prompts.some(({ alignment }) => alignment !== undefined))
    return "positions of clean and corrupt prompts are aligned";
  if (prompts.firstDifference === 0) return "a clean and a corrupt prompt differ at the first token";
  if (length <= 0) return "the prompts are too short";
  if (!sliceSkips(model.outputSlice, length)) return "the output slice includes positions of the prefix";
  return null;
}
