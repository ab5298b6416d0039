import { AutocircuitError } from "@autocircuit/base";
import type { Partners } from "./partners.ts";
import type { PromptPair } from "./prompt-pair.ts";

/**
 * Which positions of a clean and a corrupt prompt belong together.
 *
 * - `end`: counted from the end.
 * - `words`: word by word, and within a word counted from its end; both prompts must have as many words. A word begins at a token
 *   that begins with a space.
 */
export type PairAlignment = "end" | "words";

export const pairAlignments: readonly PairAlignment[] = ["end", "words"];

/** Partners counted from the end. */
export function partnersFromEnd(clean: number, corrupt: number): Partners {
  return Array.from({ length: clean }, (_, position) => {
    const partner = position + corrupt - clean;
    return partner >= 0 ? partner : null;
  });
}

/**
 * Partners word by word.
 *
 * @param clean the text of every token, and the same for `corrupt`
 * @throws AutocircuitError `bad-input` where one has more words
 */
export function partnersByWords(clean: readonly string[], corrupt: readonly string[], where: string): Partners {
  const [ours, theirs] = [wordEnds(clean), wordEnds(corrupt)];
  if (ours.length !== theirs.length) {
    throw new AutocircuitError(
      "bad-input",
      `${where}: \`clean\` has ${ours.length} words, \`corrupt\` ${theirs.length}, so they cannot be aligned by words. Align them at the end, or give an \`alignment\`.`,
      { reason: "words-not-aligned" },
    );
  }
  const partners: (number | null)[] = [];
  ours.forEach((end, word) => {
    for (let position = partners.length; position < end; position++) {
      const partner = theirs[word]! - (end - position);
      partners.push(partner >= (theirs[word - 1] ?? 0) ? partner : null);
    }
  });
  return partners;
}

/** The position behind each word's last token. */
function wordEnds(pieces: readonly string[]): number[] {
  const ends = pieces.flatMap((piece, position) => (position > 0 && /^\s/u.test(piece) ? [position] : []));
  return pieces.length > 0 ? [...ends, pieces.length] : ends;
}

/** For each position of the corrupt prompt the position of the clean one that takes its value, null where none does. */
export function reversed({ corrupt, alignment }: PromptPair & { readonly alignment: Partners }): Partners {
  const partners = new Array<number | null>(corrupt.length).fill(null);
  alignment.forEach((partner, position) => {
    if (partner !== null) partners[partner] ??= position;
  });
  return partners;
}

/**
 * Checks an alignment that was given with a prompt.
 *
 * @throws AutocircuitError `bad-input` unless it has a position of `corrupt` (or null) for each token of `clean`
 */
export function checkPartners(partners: Partners, clean: number, corrupt: number, where: string): void {
  const good = (partner: number | null) =>
    partner === null || (Number.isInteger(partner) && partner >= 0 && partner < corrupt);
  if (partners.length === clean && partners.every(good)) return;
  throw new AutocircuitError(
    "bad-input",
    `${where}: \`alignment\` must have, for each of the ${clean} tokens of \`clean\`, a position of \`corrupt\` (0 to ${corrupt - 1}) or null.`,
  );
}

/** What is wrong with pairs of unequal length that are not aligned; undefined where nothing is. */
export function unequalPair(prompts: readonly PromptPair[], batch: number): string | undefined {
  const row = prompts.findIndex((pair) => pair.alignment === undefined && pair.clean.length !== pair.corrupt.length);
  const pair = prompts[row];
  if (!pair) return undefined;
  const where = pair.where ?? `Prompt ${row} of batch ${batch}`;
  return `${where}: \`clean\` has ${pair.clean.length} tokens, \`corrupt\` ${pair.corrupt.length}`;
}
