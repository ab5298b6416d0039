import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature } from "@autocircuit/base";
import { divergenceIndex } from "./divergence.ts";
import { pairAlignments } from "./pair-alignment.ts";
import { type PromptInput, readPrompts } from "./prompt-file.ts";
import { PromptLoader } from "./prompt-loader.ts";
import { type TokenizeOptions, tokenizePrompts } from "./tokenize-prompts.ts";

/** One number for the training and the test prompts, or one for each. */
export type TrainTest = number | { readonly train: number; readonly test: number };

/** How a data set is read. */
export interface PromptOptions extends TokenizeOptions {
  /** Prompt pairs a batch. Default 32, or all of them if there are fewer. */
  readonly batchSize?: TrainTest | undefined;
  /** Number of prompt pairs; by default half of them each. */
  readonly size?: TrainTest | undefined;
  /** Shuffle the prompts once, before they are split. Default true. */
  readonly shuffle?: boolean | undefined;
  /** Default 42. The order is that of Python's `random.shuffle` after `random.seed(seed)`. */
  readonly seed?: number | undefined;
  /** All prompts must have the same number of tokens, as circuits by token position need it. Default false. */
  readonly equalLength?: boolean | undefined;
  /** Pads shorter prompts on the left; by default the tokenizer's. */
  readonly padId?: number | null | undefined;
}

/** Training and test prompts. */
export interface PromptSplit {
  readonly train: PromptLoader;
  readonly test: PromptLoader;
}

const counts = (least: typeof kind.count) =>
  kind.either(
    least,
    kind.such(`{ train, test }, each ${least.what}`, (value) => {
      const { train, test } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
      return least.accepts(train) && least.accepts(test);
    }),
  );

/** What {@link TrainTest} may be of which none can be 0. */
export const trainTest = counts(kind.count);

const promptOptions: KindsOf<PromptOptions> = {
  batchSize: trainTest,
  size: counts(kind.whole),
  shuffle: kind.flag,
  seed: kind.whole,
  equalLength: kind.flag,
  padId: kind.orNull(kind.whole),
  tokenizer: kind.orNull(kind.having("a tokenizer with an `encode`", "encode")),
  prependBos: kind.flag,
  vocabulary: kind.count,
  outputVocabulary: kind.count,
  answers: kind.oneOf(["tokens", "numbers"]),
  align: kind.oneOf(pairAlignments),
};

const oneInput = kind.either(kind.text, kind.record);
const check = signature("loadPrompts", { input: kind.either(oneInput, kind.listOf(oneInput)) }, promptOptions);

/** Name the reference gives the position of the BOS token. */
const bosLabel = "<|BOS|>";

/**
 * Reads a data set: AutoCircuit's JSON, EAP-IG's CSV or Edge-Pruning's data (JSON lines), from one or several files, as text or token
 * ids. The prompts are shuffled once by the seed; the first are for training, the next for testing.
 *
 * @example
 * const { train, test } = await loadPrompts("names.json", { tokenizer, batchSize: 2, size: { train: 4, test: 4 } });
 *
 * @throws AutocircuitError `not-found` or `bad-file` for a file that cannot be used, `bad-input` for prompts that cannot;
 *   with file, prompt number and reason.
 */
export async function loadPrompts(input: PromptInput, options: PromptOptions = {}): Promise<PromptSplit> {
  check({ input }, options);
  const source = await readPrompts(input);
  const size = both(options.size ?? Math.floor(source.prompts.length / 2));
  const batchSize = both(options.batchSize ?? { train: defaultBatch(size.train), test: defaultBatch(size.test) });
  if (size.train + size.test > source.prompts.length) {
    throw new AutocircuitError(
      "bad-input",
      `Prompts: asked for ${size.train} to train and ${size.test} to test, but there are only ${source.prompts.length}.`,
    );
  }
  const ordered =
    options.shuffle === false ? source.prompts : new MersenneTwister(options.seed ?? 42).shuffle(source.prompts);
  const chosen = ordered.slice(0, size.train + size.test);
  const { pairs: tokenized, bos } = tokenizePrompts(chosen, options);
  const pairs = tokenized.map((pair, index) => ({ ...pair, where: chosen[index]!.where }));
  const length = Math.max(0, ...pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]));
  const padId = options.padId ?? options.tokenizer?.padId ?? options.tokenizer?.bosId ?? null;
  if (options.equalLength || padId === null) requireLength(length);

  const shared = {
    padId,
    length,
    divergence: divergenceIndex(pairs),
    seqLabels: source.seqLabels && (bos ? [bosLabel, ...source.seqLabels] : source.seqLabels),
    wordIdxs: Object.fromEntries(Object.entries(source.wordIdxs).map(([word, index]) => [word, index + (bos ? 1 : 0)])),
  };
  return {
    train: new PromptLoader(pairs.slice(0, size.train), { ...shared, batchSize: batchSize.train }),
    test: new PromptLoader(pairs.slice(size.train), { ...shared, batchSize: batchSize.test }),
  };

  function requireLength(wanted: number): void {
    pairs.forEach((pair, index) => {
      for (const side of ["clean", "corrupt"] as const) {
        if (pair[side].length === wanted) continue;
        const advice = options.equalLength
          ? "a circuit by token position needs equal lengths"
          : "give a `padId` to pad them";
        throw new AutocircuitError(
          "bad-input",
          `${chosen[index]!.where}: \`${side}\` has ${pair[side].length} tokens, the longest prompt ${wanted}; ${advice}.`,
        );
      }
    });
  }
}

/** Fills in a number given once for both. */
export function both(value: TrainTest): { train: number; test: number } {
  return typeof value === "number" ? { train: value, test: value } : value;
}

function defaultBatch(prompts: number): number {
  return Math.max(1, Math.min(32, prompts));
}
