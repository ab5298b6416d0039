import { AutocircuitError } from "@autocircuit/base";
import { type LocatedPrompt, loadPrompts, type PrepareOptions, type PromptSource } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";

/** Prompt pairs that can be used, and why others cannot. */
export interface FittingPrompts {
  source: PromptSource;
  /** "left out 64 of 400 prompt pairs: ..."; undefined where all fit. */
  note: string | undefined;
}

/** What of a prompt does not fit a model, by what reading it says; anything else is wrong with the file or the options. */
const REASONS: readonly [RegExp, string][] = [
  [/an answer must be one token/, "an answer of several tokens"],
  [/has token id|has no embedding/, "a token that the model does not have"],
  [/vocabulary (cannot|does not|has no)/, "text that the vocabulary cannot express"],
  [/cannot be aligned by words/, "clean and corrupt cannot be aligned by words"],
];

/** Said where prompts do not fit. */
export const OFFER = "--skip-unfit leaves out such prompts and counts them.";

/**
 * Leaves out the prompt pairs that do not fit the model: answers of several tokens, words that its vocabulary does not have, a clean and a
 * corrupt prompt of different lengths that are not aligned; and, for a circuit by token, all that do not have the most frequent length.
 *
 * @throws UsageError where none is left
 */
export async function fittingPrompts(
  source: PromptSource,
  how: PrepareOptions,
  byToken: boolean,
): Promise<FittingPrompts> {
  const reasons = new Map<string, LocatedPrompt[]>();
  const leave = (reason: string, prompt: LocatedPrompt) =>
    reasons.set(reason, [...(reasons.get(reason) ?? []), prompt]);
  const fitting: { prompt: LocatedPrompt; length: number }[] = [];
  for (const prompt of source.prompts) {
    const read = await readAlone(prompt, how);
    if ("unfit" in read) leave(read.unfit, prompt);
    else fitting.push({ prompt, length: read.length });
  }
  const usual = byToken ? mostFrequent(fitting.map(({ length }) => length)) : undefined;
  const kept = fitting.filter(({ prompt, length }) => {
    if (usual === undefined || length === usual) return true;
    leave(`not ${usual} tokens, as most are`, prompt);
    return false;
  });
  const total = source.prompts.length;
  if (kept.length === total) return { source, note: undefined };
  const why = [...reasons].map(([reason, of]) => `${of.length}: ${reason} (such as ${of[0]!.where})`).join("; ");
  if (kept.length === 0) throw new UsageError(`None of the ${total} prompt pairs fits the model. ${why}.`);
  return {
    source: { ...source, prompts: kept.map(({ prompt }) => prompt) },
    note: `left out ${total - kept.length} of ${total} prompt pairs: ${why}`,
  };
}

async function readAlone(prompt: LocatedPrompt, how: PrepareOptions): Promise<{ unfit: string } | { length: number }> {
  try {
    using loader = await loadPrompts({ prompts: [prompt], seqLabels: null, wordIdxs: {} }, { ...how, all: true });
    const [{ clean, corrupt, alignment }] = loader.prompts as [(typeof loader.prompts)[0]];
    if (clean.length !== corrupt.length && alignment === undefined)
      return { unfit: "clean and corrupt differ in length" };
    return { length: Math.max(clean.length, corrupt.length) };
  } catch (error) {
    if (!(error instanceof AutocircuitError) || error.code !== "bad-input") throw error;
    const reason = REASONS.find(([said]) => said.test(error.message))?.[1];
    if (reason === undefined) throw error;
    return { unfit: reason };
  }
}

function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
