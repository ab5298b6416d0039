import { AutocircuitError, type ErrorReason } from "@autocircuit/base";
import { firstDifference } from "./first-difference.ts";
import type { LocatedPrompt, PromptSource } from "./prompt-file.ts";
import type { LoaderOptions } from "./prompt-loader.ts";
import type { PromptPair } from "./prompt-pair.ts";
import { type TokenizeOptions, tokenizePrompts } from "./tokenize-prompts.ts";

/** How prompts become pairs of token ids of lengths that a loader can take. */
export interface PrepareOptions extends TokenizeOptions {
  /** All prompts must have the same number of tokens, as circuits by token need it. Default false. */
  readonly equalLength?: boolean | undefined;
  /** Pads shorter prompts on the left; by default the tokenizer's. */
  readonly padId?: number | null | undefined;
}

/** Prompt pairs, and what loaders of any part of them have to know. */
export interface PreparedPrompts {
  readonly pairs: readonly PromptPair[];
  readonly shared: Omit<LoaderOptions, "batchSize">;
}

/** Name the reference gives the position of the BOS token. */
const bosLabel = "<|BOS|>";

/**
 * Makes token ids of the chosen prompts of a source, with labels and positions of words that count a BOS token.
 *
 * @throws AutocircuitError `bad-input` for prompts that cannot be used, with file, prompt number and reason
 */
export function preparePrompts(
  chosen: readonly LocatedPrompt[],
  { tokenLabels, wordPositions }: PromptSource,
  options: PrepareOptions,
): PreparedPrompts {
  const { pairs: tokenized, bos } = tokenizePrompts(chosen, options);
  const pairs = tokenized.map((pair, index) => ({ ...pair, where: chosen[index]!.where }));
  const seqLen = Math.max(0, ...pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]));
  const padId = options.padId ?? options.tokenizer?.padId ?? options.tokenizer?.bosId ?? null;
  if (options.equalLength) requireLength(pairs, seqLen, "a circuit by token needs equal lengths", "lengths-differ");
  else if (padId === null) requireLength(pairs, seqLen, "give a `padId` to pad them");
  return {
    pairs,
    shared: {
      padId,
      seqLen,
      firstDifference: firstDifference(pairs),
      tokenLabels: tokenLabels && (bos ? [bosLabel, ...tokenLabels] : tokenLabels),
      wordPositions: Object.fromEntries(
        Object.entries(wordPositions).map(([word, index]) => [word, index + (bos ? 1 : 0)]),
      ),
    },
  };
}

function requireLength(pairs: readonly PromptPair[], wanted: number, advice: string, reason?: ErrorReason): void {
  for (const pair of pairs) {
    for (const side of ["clean", "corrupt"] as const) {
      const { length } = pair[side];
      if (length === wanted) continue;
      throw new AutocircuitError(
        "bad-input",
        `${pair.where}: \`${side}\` has ${length} tokens, the longest prompt ${wanted}; ${advice}.`,
        { reason },
      );
    }
  }
}
