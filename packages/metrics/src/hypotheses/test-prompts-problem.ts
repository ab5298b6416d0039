/** Why so many prompts to measure on are too few for tests of a circuit, in words, before anything is computed; undefined where they are enough. */
export function testPromptsProblem(prompts: number): string | undefined {
  if (prompts >= 2) return undefined;
  return `tests compare the scores of prompts, and there is ${prompts === 0 ? "none" : "one"} to measure on`;
}
