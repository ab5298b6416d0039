/** Why so many prompts to measure on are too few for tests of a circuit, in words, before anything is computed; undefined where they are enough. */
export function testPromptsProblem(promptCount: number): string | undefined {
  if (promptCount >= 2) return undefined;
  return `tests compare the scores of prompts, and there is ${promptCount === 0 ? "none" : "one"} to measure on`;
}
