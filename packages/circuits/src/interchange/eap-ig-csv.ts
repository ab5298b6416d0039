import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { PromptFile, RawPrompt } from "@autocircuit/core";
import { type AnswerTokenizer, flatAnswers, textOf, yearOf } from "./prompt-fields.ts";
import { dataSetKind } from "./prompt-kinds.ts";

const check = signature(
  "formatEapIgCsv",
  { file: dataSetKind },
  {
    tokenizer: kind.having("a tokenizer with an `encode`", "encode"),
  },
);

/**
 * Prompts as EAP-IG's CSV: `clean`, `corrupted`, `correct_idx` and `incorrect_idx` (ids, or lists of them), or `label` where all answers
 * are years above one. Fields in `extra` become columns.
 *
 * @param options.tokenizer makes ids of answers given as text; the CSV holds ids of one tokenizer
 * @throws AutocircuitError `bad-input` naming the prompt: prompts as token ids, answers at several positions, answers of several tokens
 */
export function formatEapIgCsv(file: PromptFile, options: { tokenizer?: AnswerTokenizer } = {}): string {
  check({ file }, options);
  const { prompts } = file;
  const years = prompts.map((prompt) => yearOf(prompt, "including"));
  const ofYears = years.length > 0 && !years.includes(undefined);
  const extra = [...new Set(prompts.flatMap((prompt) => Object.keys(prompt.extra ?? {})))];
  const answerColumns = ofYears ? ["label"] : ["correct_idx", "incorrect_idx"];
  const rows = prompts.map((prompt, i) => {
    const where = `prompt ${i}`;
    const answers = ofYears
      ? [String(years[i])]
      : (["answers", "wrong_answers"] as const).map((field) => idText(prompt, field, where, options.tokenizer));
    return [
      textOf(prompt, "clean", where),
      textOf(prompt, "corrupt", where),
      ...answers,
      ...extra.map((name) => String(prompt.extra && Object.hasOwn(prompt.extra, name) ? prompt.extra[name] : "")),
    ];
  });
  return [["clean", "corrupted", ...answerColumns, ...extra], ...rows]
    .map((row) => `${row.map(quoted).join(",")}\n`)
    .join("");
}

function idText(
  prompt: RawPrompt,
  field: "answers" | "wrong_answers",
  where: string,
  tokenizer: AnswerTokenizer | undefined,
): string {
  const found = flatAnswers(prompt[field], where).map((answer) => {
    if (typeof answer === "number") return answer;
    const tokens = tokenizer?.encode(answer);
    if (tokens?.length === 1) return tokens[0]!;
    const fault = tokens
      ? `is ${tokens.length} tokens; an answer must be one`
      : "is text, this format holds token ids; give their `tokenizer`";
    throw new AutocircuitError("bad-input", `${where}: \`${field}\`: ${JSON.stringify(answer)} ${fault}.`, {
      ...(tokens && { reason: "answer-of-several-tokens" }),
    });
  });
  return found.length === 1 ? String(found[0]) : `[${found.join(", ")}]`;
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) || cell === "" ? `"${cell.replaceAll('"', '""')}"` : cell;
}
