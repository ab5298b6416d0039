import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { Prefix } from "@autocircuit/native";
import { LoaderAliases } from "../aliases.ts";
import { prefix } from "../kinds.ts";
import { firstDifference } from "./first-difference.ts";
import { unequalPair } from "./pair-alignment.ts";
import { PromptBatch } from "./prompt-batch.ts";
import type { PromptPair } from "./prompt-pair.ts";

/** How a loader cuts its prompts into batches, and what it knows of them. */
export interface LoaderOptions {
  /** Prompt pairs a batch; a last, smaller batch is dropped. */
  readonly batchSize: number;
  /** Fills shorter prompts on the left. Without it all prompts must have the same length. */
  readonly padId?: number | null | undefined;
  /** A label for each position. */
  readonly tokenLabels?: readonly string[] | null | undefined;
  /** Positions of named words. */
  readonly wordPositions?: Readonly<Record<string, number>> | undefined;
  /** First difference over more prompts than these (training and test prompts together). */
  readonly firstDifference?: number | undefined;
  /** Positions to pad to, if more than the longest prompt has. */
  readonly seqLen?: number | undefined;
  /** How many tokens were cut off the front of every prompt. */
  readonly seqStart?: number | undefined;
  /** Keys and values of what was cut off: of one row for all prompts, or one a batch, with a row for each of its prompts. */
  readonly prefixes?: readonly Prefix[] | undefined;
}

const loaderOptions: KindsOf<LoaderOptions> = {
  batchSize: kind.required(kind.count),
  padId: kind.orNull(kind.whole),
  tokenLabels: kind.orNull(kind.listOf(kind.text)),
  wordPositions: kind.record,
  firstDifference: kind.whole,
  seqLen: kind.whole,
  seqStart: kind.whole,
  prefixes: kind.listOf(prefix),
};
const tokenIds = (value: unknown) => Array.isArray(value) && value.every((id) => Number.isSafeInteger(id) && id >= 0);
const pair = kind.such("{ clean, corrupt, answers, wrongAnswers } with lists of token ids", (value) => {
  if (!kind.record.accepts(value)) return false;
  const { clean, corrupt, answers, wrongAnswers } = value as Record<string, unknown>;
  return tokenIds(clean) && tokenIds(corrupt) && Array.isArray(answers) && Array.isArray(wrongAnswers);
});
const check = signature("PromptLoader", { pairs: kind.listOf(pair) }, loaderOptions);

/**
 * Prompt pairs in batches of equal size, always in the same order.
 *
 * @example
 * const logits = [];
 * for (const batch of loader) logits.push(await model.forward(batch.clean));
 */
export class PromptLoader extends LoaderAliases implements Iterable<PromptBatch>, Disposable {
  readonly batches: readonly PromptBatch[];
  readonly batchSize: number;
  /** Length of every prompt, or null where prompts are padded. */
  readonly seqLen: number | null;
  /** First position at which any clean prompt differs from its corrupt one, before anything was cut off. */
  readonly firstDifference: number;
  /** How many tokens were cut off the front of every prompt as a shared prefix; 0 if none. */
  readonly seqStart: number;
  /** A label for each position, or null. */
  readonly tokenLabels: readonly string[] | null;
  readonly wordPositions: Readonly<Record<string, number>>;
  /** Prompts that did not fill a batch. */
  readonly dropped: number;

  /**
   * @throws AutocircuitError `bad-input` if the batch size is not a whole number of at least 1, if fewer prompts than one
   *   batch are given (an empty list is allowed), or if lengths differ and there is no `padId`; `shape` for a wrong number
   *   of labels or prefixes.
   */
  constructor(pairs: readonly PromptPair[], options: LoaderOptions) {
    check({ pairs }, options);
    super();
    const { batchSize, prefixes = [] } = options;
    if (pairs.length > 0 && pairs.length < batchSize) {
      throw new AutocircuitError(
        "bad-input",
        `Prompts: ${pairs.length} prompts do not fill one batch of ${batchSize}. Give more prompts or a smaller batch size.`,
      );
    }
    const lengths = pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]);
    const seqLen = Math.max(options.seqLen ?? 0, ...lengths);
    const uneven = lengths.findIndex((other) => other !== seqLen);
    if (uneven >= 0 && (options.padId ?? null) === null) {
      throw new AutocircuitError(
        "bad-input",
        `Prompts: the ${uneven % 2 ? "corrupt" : "clean"} prompt number ${uneven >> 1} has ${lengths[uneven]} tokens, another has ${seqLen}. ` +
          "Give prompts of equal length, or a `padId` to pad on the left.",
      );
    }
    this.seqLen = uneven < 0 && pairs.length > 0 ? seqLen : null;
    this.tokenLabels = options.tokenLabels ?? null;
    if (this.tokenLabels !== null && this.seqLen !== null && this.tokenLabels.length !== this.seqLen) {
      throw new AutocircuitError(
        "shape",
        `Prompts: ${this.tokenLabels.length} labels (\`seq_labels\`) for prompts of ${this.seqLen} tokens.`,
      );
    }
    this.batchSize = batchSize;
    this.firstDifference = options.firstDifference ?? firstDifference(pairs);
    this.seqStart = options.seqStart ?? 0;
    this.wordPositions = options.wordPositions ?? {};
    this.dropped = pairs.length % batchSize;
    const count = Math.floor(pairs.length / batchSize);
    requirePrefixes(prefixes, count);
    this.batches = Array.from({ length: count }, (_, index) => {
      const prompts = pairs.slice(index * batchSize, (index + 1) * batchSize);
      const prefix = prefixes[index] ?? prefixes[0];
      return new PromptBatch({
        prompts,
        index,
        seqLen,
        padId: options.padId ?? 0,
        prefix,
      });
    });
  }

  /** Number of batches. */
  get length(): number {
    return this.batches.length;
  }

  /** Number of prompt pairs in the batches. */
  get promptCount(): number {
    return this.batches.length * this.batchSize;
  }

  /** The prompt pairs of all batches. */
  get prompts(): PromptPair[] {
    return this.batches.flatMap((batch) => batch.prompts);
  }

  /**
   * What is wrong with the first pair of unequal length that is not aligned, null if there is none. Such prompts can be
   * ablated with values that are the same at every position only.
   */
  get unequal(): string | null {
    for (const batch of this.batches) {
      const found = unequalPair(batch.prompts, batch.index);
      if (found !== undefined) return found;
    }
    return null;
  }

  [Symbol.iterator](): IterableIterator<PromptBatch> {
    return this.batches.values();
  }

  /** Frees the token tensors of all batches; they are made again when asked for. */
  [Symbol.dispose](): void {
    for (const batch of this.batches) batch[Symbol.dispose]();
  }
}

/** A prefix of several rows is that of one batch. */
function requirePrefixes(prefixes: readonly Prefix[], batchCount: number): void {
  const ofAll = prefixes.length === 1 && prefixes[0]!.batch === 1;
  if (ofAll || prefixes.length === 0 || prefixes.length >= batchCount) return;
  throw new AutocircuitError(
    "shape",
    `Prompts: ${prefixes.length} \`prefixes\` for ${batchCount} batches: give one of one row for all, or one for each batch.`,
  );
}
