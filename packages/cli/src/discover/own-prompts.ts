import { AutocircuitError } from "@autocircuit/base";
import {
  loadPrompts,
  type PairAlignment,
  type PromptFile,
  type PromptSource,
  readPrompts,
  type Tokenizer,
} from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";
import { fittingPrompts, OFFER } from "./fitting-prompts.ts";

/** Prompts as token ids, and what is known of them. */
export interface OwnPrompts {
  file: PromptFile;
  /** The same, with the place each pair comes from. */
  source: PromptSource;
  /** Prompt pairs. */
  count: number;
  /** Fewest and most tokens of a prompt. */
  shortest: number;
  longest: number;
  /** What was left out, in words. */
  note: string | undefined;
}

/** How prompts are read. */
export interface OwnPromptsOptions {
  tokenizer: Tokenizer | null;
  /** Whether the token that starts a text is put before prompts given as text, where there is one. */
  prependBos: boolean;
  /** Only prompts of so many tokens. */
  length: number | undefined;
  /** Which positions of a pair's prompts belong together where they differ in length. */
  align?: PairAlignment | undefined;
  /** Leave out prompts that do not fit the model, and with `byToken` those of another length than most. Default false. */
  skipUnfit?: boolean | undefined;
  byToken?: boolean | undefined;
  vocabulary: number;
  outputVocabulary: number;
}

/**
 * Reads prompts and makes token ids of them, before the model is loaded.
 *
 * @throws UsageError when none has the asked length; AutocircuitError naming file and prompt for what cannot be used
 */
export async function readOwnPrompts(files: readonly string[], options: OwnPromptsOptions): Promise<OwnPrompts> {
  const { tokenizer, prependBos, length, vocabulary, outputVocabulary, align } = options;
  // Read once: a pipe gives its content only once.
  const read = await readPrompts(files);
  const how = {
    ...{ tokenizer, vocabulary, outputVocabulary, align, shuffle: false, padId: 0, batchSize: 1 },
    // Where the model has no such token there is none to prepend; asking for it would be an error.
    ...(!prependBos && { prependBos }),
  };
  const { source, note } = options.skipUnfit
    ? await fittingPrompts(read, { ...how, size: { train: 1, test: 0 } }, options.byToken ?? false)
    : { source: read, note: undefined };
  const all = await loadPrompts(source, { ...how, size: { train: source.prompts.length, test: 0 } }).catch(offering);
  using loader = all.train;
  const pairs = loader.prompts.filter(
    ({ clean, corrupt }) => length === undefined || (clean.length === length && corrupt.length === length),
  );
  if (pairs.length === 0) throw new UsageError(`No prompt pair has ${length} tokens. ${usualLength(loader.prompts)}`);
  const lengths = pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]);
  const located = pairs.map(({ wrongAnswers, where, ...pair }, index) => ({
    prompt: { ...pair, wrong_answers: wrongAnswers },
    where: where ?? `prompts[${index}]`,
  }));
  const { seqLabels, wordIdxs } = loader;
  return {
    file: { prompts: located.map(({ prompt }) => prompt), seq_labels: seqLabels, word_idxs: wordIdxs },
    source: { prompts: located, seqLabels, wordIdxs, title: source.title },
    count: pairs.length,
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    note,
  };
}

/** Adds to an error about a prompt's tokens that such prompts can be left out. */
function offering(error: unknown): never {
  if (!(error instanceof AutocircuitError) || !/must be one token|has token id/.test(error.message)) throw error;
  throw new AutocircuitError(error.code, `${error.message} ${OFFER}`, { cause: error.cause });
}

/** @throws UsageError when prompts differ in length, with the length to ask for */
export function requireOneLength({ file, shortest, longest }: OwnPrompts): void {
  if (shortest === longest) return;
  const length = file.prompts[0]!.clean.length;
  const other = file.prompts.findIndex(({ clean, corrupt }) => clean.length !== length || corrupt.length !== length);
  const { clean, corrupt } = file.prompts[other]!;
  const [side, tokens] = clean.length === length ? ["corrupt", corrupt.length] : ["clean", clean.length];
  throw new UsageError(
    `The prompts have ${shortest} to ${longest} tokens, but a circuit by token needs one length: \`${side}\` of prompt ${other} has ` +
      `${tokens}, \`clean\` of prompt 0 has ${length}. ${usualLength(file.prompts)} ${OFFER}`,
  );
}

/** Which length most pairs have, as advice. */
function usualLength(
  pairs: readonly { clean: string | readonly number[]; corrupt: string | readonly number[] }[],
): string {
  const counts = new Map<number, number>();
  for (const { clean, corrupt } of pairs) {
    if (clean.length === corrupt.length) counts.set(clean.length, (counts.get(clean.length) ?? 0) + 1);
  }
  const [usual] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!usual) return "Clean and corrupt prompts never have the same length here.";
  return `Most frequent are ${usual[0]} tokens: --length ${usual[0]} takes ${usual[1]} of ${pairs.length} pairs.`;
}
