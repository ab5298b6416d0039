import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { promptInput } from "../kinds.ts";
import { loadPrompts, prepareOptions } from "./load-prompts.ts";
import { missingSpaceHint } from "./missing-space.ts";
import type { PrepareOptions } from "./prepare-prompts.ts";
import { type LocatedPrompt, type PromptInput, type PromptSource, readAllPrompts } from "./prompt-file.ts";
import { lacksAnswers } from "./raw-prompt.ts";
import { type UnfitReason, unfitReason, unfitTexts } from "./unfit-prompt.ts";

/** How prompts are read that are held against a model. */
export interface FittingPromptsOptions extends PrepareOptions {
  /** Leave out, too, all that do not have the most frequent length, as a circuit by token needs one. Default false. */
  readonly oneLength?: boolean | undefined;
}

/** Prompt pairs that can be used, and why others cannot. */
export interface FittingPrompts {
  /** For `loadPrompts`. */
  readonly source: PromptSource;
  /** Empty where all fit. */
  readonly left: readonly LeftOut[];
  /**
   * What was left out, in words: "left out 64 of 400 prompt pairs: 64: an answer of several tokens (such as ...)", with what to look at where that is
   * more than half, or few are left; undefined where all fit.
   */
  readonly note: string | undefined;
}

/** Prompt pairs that were left out for one reason. */
export interface LeftOut {
  readonly reason: string;
  readonly count: number;
  /** Where the first of them stands: `prompts[3]`. */
  readonly where: string;
}

const check = signature("fittingPrompts", { input: promptInput }, {
  ...prepareOptions,
  oneLength: kind.flag,
} satisfies KindsOf<FittingPromptsOptions>);

/**
 * Leaves out the prompt pairs that do not fit a model, of which one alone would have `loadPrompts` refuse all: empty prompts, no answers, answers of
 * several tokens or that are wrong answers too, words that its vocabulary does not have, a clean and a corrupt prompt of different lengths that are not aligned.
 *
 * @throws AutocircuitError `bad-input` where none is left, with the reasons; as `loadPrompts` does for anything else that is wrong
 * @example
 * const how = { tokenizer }; // and `vocabulary`, where ids may lie outside the model's
 * const { source, note } = await fittingPrompts("names.json", how);
 * if (note) console.log(note);
 * const { train, test } = await loadPrompts(source, how);
 */
export async function fittingPrompts(input: PromptInput, options: FittingPromptsOptions = {}): Promise<FittingPrompts> {
  check({ input }, options);
  const { oneLength = false, ...how } = options;
  const source = await readAllPrompts(input, true);
  const reasons = new Map<string, LocatedPrompt[]>();
  const leave = (reason: string, prompt: LocatedPrompt) =>
    reasons.set(reason, [...(reasons.get(reason) ?? []), prompt]);
  const fitting: { prompt: LocatedPrompt; length: number }[] = [];
  for (const prompt of source.prompts) {
    const read = await readAlone(prompt, how);
    if ("unfit" in read) leave(unfitTexts[read.unfit], prompt);
    else fitting.push({ prompt, length: read.length });
  }
  const usual = oneLength ? mostFrequent(fitting.map(({ length }) => length)) : undefined;
  const kept = fitting.filter(({ prompt, length }) => {
    if (usual === undefined || length === usual) return true;
    leave(`not ${usual} tokens, as most are`, prompt);
    return false;
  });
  const left = [...reasons].map(([reason, of]) => ({ reason, count: of.length, where: of[0]!.where }));
  const total = source.prompts.length;
  const why = left.map(({ reason, count, where }) => `${count}: ${reason} (such as ${where})`).join("; ");
  const space = missingSpaceHint(reasons.get(unfitTexts["answer-of-several-tokens"]) ?? [], how.tokenizer);
  const said = [why, ...(space === undefined ? [] : [space])];
  if (kept.length === 0 && left.length > 0) {
    throw new AutocircuitError("bad-input", `None of the ${total} prompt pairs fits the model. ${said.join("; ")}.`);
  }
  said.push(...fewLeft(kept.length, total, left));
  const note =
    left.length === 0 ? undefined : `left out ${total - kept.length} of ${total} prompt pairs: ${said.join("; ")}`;
  return { source: { ...source, prompts: kept.map(({ prompt }) => prompt) }, left, note };
}

/** Fewer prompt pairs than these say little of a circuit. */
const FEW = 8;

/** That most prompt pairs were left out, or that few stay, and what to look at. */
function fewLeft(kept: number, total: number, left: readonly LeftOut[]): string[] {
  const [most] = left.toSorted((a, b) => b.count - a.count);
  if (most === undefined) return [];
  const notes: string[] = [];
  if (2 * kept < total) notes.push(`that is more than half: see first what is wrong at ${most.where}`);
  if (kept < FEW) notes.push(`only ${kept} ${kept === 1 ? "is" : "are"} left, too few to say much: give more that fit`);
  return notes;
}

async function readAlone(
  prompt: LocatedPrompt,
  how: PrepareOptions,
): Promise<{ unfit: UnfitReason } | { length: number }> {
  const { clean, corrupt, answers } = prompt.prompt;
  if (clean.length === 0 || corrupt.length === 0) return { unfit: "empty-prompt" };
  if (lacksAnswers(answers)) return { unfit: "no-answers" };
  try {
    using loader = await loadPrompts(
      { prompts: [prompt], tokenLabels: null, wordPositions: {} },
      { ...how, all: true },
    );
    const [{ clean, corrupt, alignment }] = loader.prompts as [(typeof loader.prompts)[0]];
    if (clean.length !== corrupt.length && alignment === undefined) return { unfit: "lengths-differ" };
    return { length: Math.max(clean.length, corrupt.length) };
  } catch (error) {
    const unfit = unfitReason(error);
    if (unfit === undefined) throw error;
    return { unfit };
  }
}

function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
