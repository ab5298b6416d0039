import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { CsvError, parse } from "csv-parse/sync";
import type { PromptFile, RawPrompt } from "../raw-prompt.ts";
import { yearAnswers } from "./year-answers.ts";

const check = signature("readEapIgCsv", { text: kind.text, where: kind.optional(kind.text) });

/** Columns of right and wrong answers, as token ids or lists of them, that EAP-IG's tasks use; the first pair is written. */
const ANSWER_COLUMNS = [
  ["correct_idx", "incorrect_idx"],
  ["country_idx", "corrupted_country_idx"],
  ["capital_idx", "corrupted_capital_idx"],
  ["clean_answer_idx", "corrupted_answer_idx"],
  ["answers_idx", "corrupted_answers_idx"],
] as const;

/** Columns of the year that a greater-than prompt's answers must exceed. `correct_idx` has this meaning where it stands alone. */
const YEAR_COLUMNS = ["label", "correct_idx"] as const;

/**
 * Reads EAP-IG's CSV: a header, `clean` and `corrupted`, and either token ids of the answers (`correct_idx` and `incorrect_idx`, or the
 * pairs of its other tasks; several ids as `[1, 2]`) or the year of greater-than prompts (`label`). Other columns are kept as `extra`.
 *
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-file` naming the line
 */
export function readEapIgCsv(text: string, where = "prompts.csv"): PromptFile {
  check({ text, where });
  return parseEapIgCsv(text, where);
}

/**
 * The same for text that was checked.
 *
 * @param allowEmpty whether prompts may be empty, and have no answers
 */
export function parseEapIgCsv(text: string, where: string, allowEmpty = false): PromptFile {
  const [header, ...rows] = parseCsv(text, where);
  if (header === undefined) throw new AutocircuitError("bad-file", `${where}: the file is empty.`);
  const names = header.cells;
  const has = (name: string) => names.includes(name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw bad(where, header.line, `column \`${twice}\` occurs twice`);
  for (const name of ["clean", "corrupted"]) if (!has(name)) throw bad(where, header.line, `no column \`${name}\``);
  const pair = ANSWER_COLUMNS.find((columns) => columns.every(has));
  const year = pair ? undefined : YEAR_COLUMNS.find(has);
  if (!pair && year === undefined) {
    const known = ANSWER_COLUMNS.map((columns) => columns.join(" and ")).join(", ");
    throw bad(where, header.line, `no columns of answers: ${known}, or \`label\` for years`);
  }
  const used = new Set<string>(["clean", "corrupted", ...(pair ?? [year!])]);
  const prompts = rows.map(({ cells, line }): RawPrompt => {
    const cell = (name: string) => cells[names.indexOf(name)]!;
    const empty = ["clean", "corrupted"].find((name) => cell(name) === "");
    if (empty !== undefined && !allowEmpty) throw bad(where, line, `\`${empty}\` is empty`, { reason: "empty-prompt" });
    const answers = pair
      ? { answers: ids(cell(pair[0]), pair[0], where, line), wrong_answers: ids(cell(pair[1]), pair[1], where, line) }
      : yearAnswers(yearIn(cell(year!), year!, where, line), "including");
    const extra = names.map((name, i) => [name, cells[i]] as const).filter(([name]) => !used.has(name));
    return {
      clean: cell("clean"),
      corrupt: cell("corrupted"),
      ...answers,
      ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
    };
  });
  return { prompts };
}

interface Row {
  readonly cells: readonly string[];
  /** Line of the file it ends on, from 1. */
  readonly line: number;
}

function parseCsv(text: string, where: string): Row[] {
  try {
    // Rows stay lists: a column's name never becomes an object's key before it is looked at.
    const rows: unknown[] = parse(text, { bom: true, skip_empty_lines: true, info: true });
    return (rows as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      cells: record,
      line: info.lines,
    }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw bad(where, Number(cause.lines), cause.message, { cause });
  }
}

function ids(text: string, column: string, where: string, line: number): number[] {
  const list = /^\s*\d+\s*$/.test(text) ? [Number(text)] : idList(text);
  if (list === undefined)
    throw bad(where, line, `\`${column}\` is ${JSON.stringify(text)}, not a token id or a list of them`);
  return list;
}

function idList(text: string): number[] | undefined {
  if (!/^\s*\[[\d,\s]*\]\s*$/.test(text)) return undefined;
  const parts = text.trim().slice(1, -1).split(",");
  const numbers = parts.map((part) => part.trim()).filter((part) => part !== "");
  return numbers.map(Number);
}

function yearIn(text: string, column: string, where: string, line: number): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 98) return Number(text);
  throw bad(where, line, `\`${column}\` is ${JSON.stringify(text)}, not a year of two digits with a later one`);
}

function bad(
  where: string,
  line: number,
  what: string,
  more?: ConstructorParameters<typeof AutocircuitError>[2],
): AutocircuitError {
  return new AutocircuitError("bad-file", `${where}: line ${line}: ${what}.`, more);
}
