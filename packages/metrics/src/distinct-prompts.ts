import { kind, signature } from "@autocircuit/base";
import type { PromptPair } from "@autocircuit/core";

const check = signature("numberPrompts", {
  prompts: kind.listOf(kind.having("a prompt pair", "clean", "corrupt", "answers", "wrongAnswers")),
});

/**
 * The number of each prompt among those that differ, from 0 on in the order in which they first come: a prompt that is there again, with the same corrupt
 * prompt and answers, has the number of the first. It tells no more than one.
 *
 * @example
 * const promptNumbers = numberPrompts(task.train.prompts);
 * console.log(`${new Set(promptNumbers).size} of ${promptNumbers.length} prompts differ`);
 */
export function numberPrompts(prompts: readonly PromptPair[]): number[] {
  check({ prompts });
  const numbers = new Map<string, number>();
  return prompts.map(({ clean, corrupt, answers, wrongAnswers }) => {
    const text = JSON.stringify([Array.from(clean), Array.from(corrupt), answers, wrongAnswers]);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}
