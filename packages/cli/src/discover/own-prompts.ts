import { AutocircuitError } from "@autocircuit/base";
import {
  fittingPrompts,
  type LeftOut,
  loadPrompts,
  type PairAlignment,
  type PrepareOptions,
  type PromptPair,
  type PromptSource,
  readPrompts,
  type Tokenizer,
} from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";

/** Prompts that are read, and what is known of them. */
export interface OwnPrompts {
  /** As the files give them, without those that were left out. */
  source: PromptSource;
  /** How `loadPrompts` makes token ids of them. */
  how: PrepareOptions;
  /** The same as token ids. */
  pairs: readonly PromptPair[];
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
  const how: PrepareOptions = {
    ...{ tokenizer, vocabulary, outputVocabulary, align, padId: 0 },
    // Where the model has no such token there is none to prepend; asking for it would be an error.
    ...(!prependBos && { prependBos }),
  };
  // Read once: a pipe gives its content only once.
  const { source: fitting, left } = options.skipUnfit
    ? await fittingPrompts(files, { ...how, oneLength: options.byToken ?? false })
    : { source: await readPrompts(files).catch(offering), left: [] };
  using loader = await loadPrompts(fitting, { ...how, all: true }).catch(offering);
  const all = loader.prompts;
  const chosen = all.flatMap(({ clean, corrupt }, index) =>
    length === undefined || (clean.length === length && corrupt.length === length) ? [index] : [],
  );
  if (chosen.length === 0) throw new UsageError(`No prompt pair has ${length} tokens. ${usualLength(all)}`);
  const pairs = chosen.map((index) => all[index]!);
  const lengths = pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]);
  return {
    source: { ...fitting, prompts: chosen.map((index) => fitting.prompts[index]!) },
    how,
    pairs,
    count: pairs.length,
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    note: leftText(left, fitting.prompts.length),
  };
}

/** What was left out: "left out 64 of 400 prompt pairs: ..."; undefined where all fit. */
function leftText(left: readonly LeftOut[], fitting: number): string | undefined {
  if (left.length === 0) return undefined;
  const count = left.reduce((sum, one) => sum + one.count, 0);
  const why = left.map(({ reason, count, where }) => `${count}: ${reason} (such as ${where})`).join("; ");
  return `left out ${count} of ${fitting + count} prompt pairs: ${why}`;
}

/** Said where prompts do not fit. */
const OFFER = "--skip-unfit leaves out such prompts and counts them.";

/** Adds to an error about a prompt's tokens, or that it has none, that such prompts can be left out. */
function offering(error: unknown): never {
  if (
    !(error instanceof AutocircuitError) ||
    !/must be one token|is one of `answers`|has token id|`(clean|corrupt)` is empty/.test(error.message)
  )
    throw error;
  throw new AutocircuitError(error.code, `${error.message} ${OFFER}`, { cause: error.cause });
}

/** @throws UsageError when prompts differ in length, with the length to ask for */
export function requireOneLength({ pairs, shortest, longest }: OwnPrompts): void {
  if (shortest === longest) return;
  const length = pairs[0]!.clean.length;
  const other = pairs.findIndex(({ clean, corrupt }) => clean.length !== length || corrupt.length !== length);
  const { clean, corrupt } = pairs[other]!;
  const [side, tokens] = clean.length === length ? ["corrupt", corrupt.length] : ["clean", clean.length];
  throw new UsageError(
    `The prompts have ${shortest} to ${longest} tokens, but a circuit by token needs one length: \`${side}\` of prompt ${other} has ` +
      `${tokens}, \`clean\` of prompt 0 has ${length}. ${usualLength(pairs)} ${OFFER}`,
  );
}

/** Which length most pairs have, as advice. */
function usualLength(pairs: readonly PromptPair[]): string {
  const counts = new Map<number, number>();
  for (const { clean, corrupt } of pairs) {
    if (clean.length === corrupt.length) counts.set(clean.length, (counts.get(clean.length) ?? 0) + 1);
  }
  const [usual] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!usual) return "Clean and corrupt prompts never have the same length here.";
  return `Most frequent are ${usual[0]} tokens: --length ${usual[0]} takes ${usual[1]} of ${pairs.length} pairs.`;
}
