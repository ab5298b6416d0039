import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature } from "@autocircuit/base";
import { promptInput, trainTest, trainTestOf } from "../kinds.ts";
import { pairAlignments } from "./pair-alignment.ts";
import { type PrepareOptions, preparePrompts } from "./prepare-prompts.ts";
import { type PromptInput, type PromptSource, readPrompts } from "./prompt-file.ts";
import { PromptLoader } from "./prompt-loader.ts";
import { LARGEST_BATCH, splitPrompts } from "./split-prompts.ts";
import { both, type TrainTest } from "./train-test.ts";

/** How a data set is read and split. */
export interface PromptOptions extends PrepareOptions {
  /** Prompt pairs a batch. Default 32, or all of them if there are fewer. */
  readonly batchSize?: TrainTest | undefined;
  /** Number of prompt pairs; by default half of them each. */
  readonly size?: TrainTest | undefined;
  /** Number of batches, in the place of `size`; their size is by default that of {@link splitPrompts}. */
  readonly batchCount?: TrainTest | undefined;
  /** Shuffle the prompts once, before they are split. Default true. */
  readonly shuffle?: boolean | undefined;
  /** Default 42. The order is that of Python's `random.shuffle` after `random.seed(seed)`. */
  readonly seed?: number | undefined;
  /** Do not split the prompts; see {@link AllPromptsOptions}. Default false. */
  readonly all?: false | undefined;
}

/** How a data set is read as a whole, in the order of its files. */
export interface AllPromptsOptions extends PrepareOptions {
  /** One loader with every prompt, neither shuffled nor split. */
  readonly all: true;
  /** Prompt pairs a batch, of which no prompt may be left over. Default the largest number up to 32 that divides how many there are. */
  readonly batchSize?: number | undefined;
}

/** Training and test prompts. */
export interface PromptSplit {
  readonly train: PromptLoader;
  readonly test: PromptLoader;
}

/** What {@link PrepareOptions} may be. */
export const prepareOptions: KindsOf<PrepareOptions> = {
  equalLength: kind.flag,
  padId: kind.orNull(kind.whole),
  tokenizer: kind.orNull(kind.having("a tokenizer with an `encode`", "encode")),
  prependBos: kind.flag,
  vocabulary: kind.count,
  outputVocabulary: kind.count,
  answers: kind.oneOf(["tokens", "numbers"]),
  align: kind.oneOf(pairAlignments),
};

const promptOptions: KindsOf<PromptOptions> = {
  ...prepareOptions,
  batchSize: trainTest,
  size: trainTestOf(kind.whole),
  batchCount: trainTest,
  shuffle: kind.flag,
  seed: kind.whole,
  all: kind.flag,
};

const check = signature("loadPrompts", { input: promptInput }, promptOptions);

/** What prompts of files are shuffled by where nothing is said, as AutoCircuit does. */
const SHUFFLE_SEED = 42;

/**
 * Reads a data set: AutoCircuit's JSON, EAP-IG's CSV or Edge-Pruning's data (JSON lines), from one or several files, as text or token
 * ids. The prompts are shuffled once by the seed; the first are for training, the next for testing. With `all: true` one loader has all
 * of them, in the order of the files.
 *
 * @example
 * const { train, test } = await loadPrompts("names.json", { tokenizer, batchSize: 2, size: { train: 4, test: 4 } });
 * const prompts = await loadPrompts("names.json", { tokenizer, all: true });
 *
 * @throws AutocircuitError `not-found` or `bad-file` for a file that cannot be used, `bad-input` for prompts that cannot;
 *   with file, prompt number and reason. `bad-input` too for a single prompt without `size` or `all`, for a `batchSize` that leaves some of
 *   all prompts over, for `size` beside `batchCount`, and for either, `shuffle` or `seed` beside `all: true`.
 */
export function loadPrompts(input: PromptInput, options: AllPromptsOptions): Promise<PromptLoader>;
export function loadPrompts(input: PromptInput, options?: PromptOptions): Promise<PromptSplit>;
export async function loadPrompts(
  input: PromptInput,
  options: PromptOptions | AllPromptsOptions = {},
): Promise<PromptSplit | PromptLoader> {
  check({ input }, options);
  if (options.all) requireWhole(options);
  const source = await readPrompts(input);
  return options.all ? loadAll(source, options) : loadSplit(source, options);
}

function loadAll(source: PromptSource, options: AllPromptsOptions): PromptLoader {
  const count = source.prompts.length;
  const batchSize = options.batchSize ?? largestDivisor(count);
  if (count % batchSize !== 0) {
    throw new AutocircuitError(
      "bad-input",
      `Prompts: batches of ${batchSize} leave ${count % batchSize} of all ${count} prompts over; give a \`batchSize\` that divides ${count}.`,
    );
  }
  const { pairs, shared } = preparePrompts(source.prompts, source, options);
  return new PromptLoader(pairs, { ...shared, batchSize });
}

function loadSplit(source: PromptSource, options: PromptOptions): PromptSplit {
  const count = source.prompts.length;
  if (options.size !== undefined && options.batchCount !== undefined)
    throw new AutocircuitError(
      "bad-input",
      "loadPrompts: say either `size` or `batchCount`: each is how many prompts.",
    );
  if (options.size === undefined && options.batchCount === undefined && count < 2) {
    throw new AutocircuitError(
      "bad-input",
      `Prompts: ${count === 1 ? `${source.prompts[0]!.where} is the only one` : "there are none"}, too few to train and to test. ` +
        "Say `all: true` for one loader with all prompts, or how many with `size: { train, test }`.",
    );
  }
  const { size, batchSize } = sizesOf(count, options);
  if (size.train + size.test > count) {
    throw new AutocircuitError(
      "bad-input",
      `Prompts: asked for ${size.train} to train and ${size.test} to test, but there are only ${count}.`,
    );
  }
  const ordered =
    options.shuffle === false
      ? source.prompts
      : new MersenneTwister(options.seed ?? SHUFFLE_SEED).shuffle(source.prompts);
  const { pairs, shared } = preparePrompts(ordered.slice(0, size.train + size.test), source, options);
  return {
    train: new PromptLoader(pairs.slice(0, size.train), { ...shared, batchSize: batchSize.train }),
    test: new PromptLoader(pairs.slice(size.train), { ...shared, batchSize: batchSize.test }),
  };
}

/** How many prompt pairs, and how many a batch. */
function sizesOf(count: number, { size: asked, batchSize, batchCount }: PromptOptions) {
  if (batchCount !== undefined) {
    const [batches, each] = [both(batchCount), both(batchSize ?? splitPrompts(count, { batchCount }).batchSize)];
    return { size: { train: batches.train * each.train, test: batches.test * each.test }, batchSize: each };
  }
  const size = both(asked ?? Math.floor(count / 2));
  return { size, batchSize: both(batchSize ?? { train: defaultBatch(size.train), test: defaultBatch(size.test) }) };
}

/** Refuses what callers without types say beside `all: true` that only a split can heed. */
function requireWhole(options: PromptOptions | AllPromptsOptions): void {
  const { size, batchCount, shuffle, seed, batchSize } = options as PromptOptions;
  const idle = Object.entries({ size, batchCount, shuffle, seed }).find(([, value]) => value !== undefined)?.[0];
  if (idle !== undefined) {
    const why = `\`all: true\` gives every prompt in the order of the files; leave \`${idle}\` out`;
    throw new AutocircuitError("bad-input", `loadPrompts: ${why}.`);
  }
  if (typeof batchSize === "object") {
    const why = "with `all: true` there is one loader: `batchSize` must be one number";
    throw new AutocircuitError("bad-input", `loadPrompts: ${why}.`);
  }
}

function defaultBatch(promptCount: number): number {
  return Math.max(1, Math.min(LARGEST_BATCH, promptCount));
}

function largestDivisor(count: number): number {
  let divisor = defaultBatch(count);
  while (count % divisor !== 0) divisor--;
  return divisor;
}
