import { otherSpacing } from "./not-one-token.ts";
import type { LocatedPrompt } from "./prompt-file.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Says of how many prompts the answers only lack the space before them, by which they would be one token each; undefined where it is of none.
 *
 * @param prompts those with an answer of several tokens
 */
export function missingSpaceHint(
  prompts: readonly LocatedPrompt[],
  tokenizer: Tokenizer | null | undefined,
): string | undefined {
  if (!tokenizer) return undefined;
  const mended = prompts.flatMap(({ prompt: { answers, wrong_answers } }) => {
    const texts = [answers, wrong_answers].flat(2).filter((answer) => typeof answer === "string");
    const several = texts.filter((answer) => tokenizer.encode(answer).length !== 1);
    const [first] = several;
    return first !== undefined && several.every((answer) => lacksSpace(answer, tokenizer)) ? [first] : [];
  });
  const [first] = mended;
  if (first === undefined) return undefined;
  return (
    `the space before answers seems to be missing: with it those of ${mended.length} would be one token, ` +
    `such as ${JSON.stringify(` ${first}`)} for ${JSON.stringify(first)}`
  );
}

function lacksSpace(answer: string, tokenizer: Tokenizer): boolean {
  return !answer.startsWith(" ") && otherSpacing(answer, tokenizer) !== undefined;
}
