import { AutocircuitError, signature } from "@autocircuit/base";
import { otherPronoun, type PromptFile, type RawPrompt } from "@autocircuit/core";
import { flatAnswers, textOf, yearOf } from "./prompt-fields.ts";
import { dataSetKind } from "./prompt-kinds.ts";

const check = signature("formatEdgePruningJsonl", { file: dataSetKind });

/**
 * Prompts as Edge-Pruning's data, one JSON object a line, in whichever of its three forms they fit.
 *
 * @throws AutocircuitError `bad-input` naming the prompt that fits none: prompts or answers as token ids, several answers that are not
 *   years, an answer that is not one word after a space
 */
export function formatEdgePruningJsonl(file: PromptFile): string {
  check({ file });
  return file.prompts.map((prompt, i) => `${JSON.stringify(lineOf(prompt, `prompt ${i}`))}\n`).join("");
}

function lineOf(prompt: RawPrompt, where: string): Record<string, unknown> {
  const sides = { clean: textOf(prompt, "clean", where), corrupt: textOf(prompt, "corrupt", where) };
  const prefixes = { prefix: sides.clean, corr_prefix: sides.corrupt };
  const year = yearOf(prompt, "excluding");
  if (year !== undefined) return { ...prompt.extra, ...prefixes, digits: year };
  const answer = onlyWord(prompt, "answers", where);
  const wrong = prompt.wrong_answers.length === 0 ? answer : onlyWord(prompt, "wrong_answers", where);
  if (otherPronoun(answer.trim()) === wrong.trim()) return { ...prompt.extra, ...prefixes, pronoun: answer.trim() };
  return { ...prompt.extra, text: sides.clean + answer, corr_text: sides.corrupt + wrong };
}

function onlyWord(prompt: RawPrompt, field: "answers" | "wrong_answers", where: string): string {
  const answers = flatAnswers(prompt[field], where);
  const [answer] = answers;
  if (answers.length === 1 && typeof answer === "string" && /^ [^ ]+$/.test(answer)) return answer;
  throw new AutocircuitError(
    "bad-input",
    `${where}: \`${field}\` is ${JSON.stringify(answers)}; this format holds one answer, a word after a space, or years.`,
  );
}
