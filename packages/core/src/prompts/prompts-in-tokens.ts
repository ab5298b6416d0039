import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { promptInput } from "../kinds.ts";
import { loadPrompts, prepareOptions } from "./load-prompts.ts";
import type { PrepareOptions } from "./prepare-prompts.ts";
import { type PromptInput, type PromptSource, readPrompts } from "./prompt-file.ts";
import type { PromptPair } from "./prompt-pair.ts";

/** How prompts are read before there is a model. */
export interface PromptsInTokensOptions extends Omit<PrepareOptions, "equalLength"> {
  /** Only the prompt pairs of which both prompts have so many tokens, the one that starts a text included. Default: all. */
  readonly seqLen?: number | undefined;
  /** Refuse prompts of several lengths, as a circuit by token needs one, and say which is the most frequent. Default false. */
  readonly oneLength?: boolean | undefined;
}

/** Prompt pairs as token ids, and what a run is planned by. */
export interface PromptsInTokens {
  /** The same prompt pairs as the files give them, for `loadPrompts` and tasks. */
  readonly source: PromptSource;
  readonly pairs: readonly PromptPair[];
  /** Fewest and most tokens of a prompt. */
  readonly shortest: number;
  readonly longest: number;
}

const { equalLength: _, ...otherOptions } = prepareOptions;
const check = signature("promptsInTokens", { input: promptInput }, {
  ...otherOptions,
  seqLen: kind.count,
  oneLength: kind.flag,
} satisfies KindsOf<PromptsInTokensOptions>);

/**
 * Reads prompts and makes token ids of them, to see how many there are and how long, before a model is loaded.
 *
 * @throws AutocircuitError `bad-input` where no prompt pair has the `seqLen`, and with `oneLength` where they have several: both say which length
 *   most have; as `loadPrompts` for prompts that cannot be used
 * @example
 * const { source, pairs, longest } = await promptsInTokens("names.json", { tokenizer });
 * const fits = memoryDemand(config, { batchSize: pairs.length, seqLen: longest }).fits;
 * const { train, test } = await loadPrompts(source, { tokenizer });
 */
export async function promptsInTokens(
  input: PromptInput,
  options: PromptsInTokensOptions = {},
): Promise<PromptsInTokens> {
  check({ input }, options);
  const { seqLen, oneLength = false, ...how } = options;
  const source = await readPrompts(input);
  using loader = await loadPrompts(source, { ...how, all: true });
  const all = loader.prompts;
  const chosen = all.flatMap(({ clean, corrupt }, index) =>
    seqLen === undefined || (clean.length === seqLen && corrupt.length === seqLen) ? [index] : [],
  );
  if (all.length === 0) throw new AutocircuitError("bad-input", "Prompts: there are none.");
  if (chosen.length === 0)
    throw new AutocircuitError("bad-input", `No prompt pair has ${seqLen} tokens. ${usualLength(all)}`);
  const pairs = chosen.map((index) => all[index]!);
  const lengths = pairs.flatMap(({ clean, corrupt }) => [clean.length, corrupt.length]);
  const found = {
    source: { ...source, prompts: chosen.map((index) => source.prompts[index]!) },
    pairs,
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
  };
  if (oneLength) requireOneLength(found);
  return found;
}

/** @throws AutocircuitError `bad-input` where prompts differ in length, with the length to ask for */
function requireOneLength({ pairs, shortest, longest }: PromptsInTokens): void {
  if (shortest === longest) return;
  const length = pairs[0]!.clean.length;
  const other = pairs.findIndex(({ clean, corrupt }) => clean.length !== length || corrupt.length !== length);
  const { clean, corrupt } = pairs[other]!;
  const [side, tokens] = clean.length === length ? ["corrupt", corrupt.length] : ["clean", clean.length];
  throw new AutocircuitError(
    "bad-input",
    `The prompts have ${shortest} to ${longest} tokens, but a circuit by token needs one length: \`${side}\` of prompt ${other} has ` +
      `${tokens}, \`clean\` of prompt 0 has ${length}. ${usualLength(pairs)}`,
    { reason: "lengths-differ" },
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
  return `Most frequent are ${usual[0]} tokens: \`seqLen: ${usual[0]}\` takes ${usual[1]} of ${pairs.length} pairs.`;
}
