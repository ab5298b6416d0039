import type { Answers, PromptPair } from "@autocircuit/core";

/**
 * A warning about prompt pairs whose wrong answers are the right ones; undefined where there is none, and for answers that are numbers, which
 * are compared with the output alone.
 */
export function equalAnswersWarning(pairs: readonly PromptPair[]): string | undefined {
  if (pairs.some(({ answers }) => answers.flat().some((answer) => !Number.isInteger(answer)))) return undefined;
  const equal = pairs.flatMap((pair, place) =>
    isSame(pair.answers, pair.wrongAnswers) ? [pair.where ?? `prompt ${place}`] : [],
  );
  if (equal.length === 0) return undefined;
  const named = equal.slice(0, NAMED).join(", ") + (equal.length > NAMED ? ", ..." : "");
  return (
    `warning: the wrong answers are the right ones in ${equal.length} of ${pairs.length} prompt pairs ` +
    `(${named}): what is made of the difference of the two is 0 there, so they say nothing`
  );
}

/** Most prompts that are named. */
const NAMED = 5;

/** Whether both have the same answers, position by position where there are several; in any order. */
function isSame(right: Answers, wrong: Answers): boolean {
  const sets = (answers: Answers) =>
    JSON.stringify(
      Array.isArray(answers[0])
        ? (answers as readonly (readonly number[])[]).map(inOrder)
        : inOrder(answers as readonly number[]),
    );
  return right.length > 0 && sets(right) === sets(wrong);
}

function inOrder(answers: readonly number[]): number[] {
  return [...new Set(answers)].sort((a, b) => a - b);
}
