import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { PromptFile, RawPrompt } from "../raw-prompt.ts";
import { yearAnswers } from "./year-answers.ts";

const check = signature("readEdgePruningJsonl", { text: kind.text, where: kind.optional(kind.text) });

/** Fields that hold a whole sentence, the answer being its last word; each has a `corr_` twin. */
const SENTENCES = ["text", "ioi_sentences"] as const;

const PRONOUNS = new Map([
  ["he", "she"],
  ["she", "he"],
]);

/**
 * Reads Edge-Pruning's data, one JSON object a line:
 * - `text` (or `ioi_sentences`) and `corr_text`: sentences; the last word is the answer, the corrupted one's the wrong answer where it
 *   differs;
 * - `prefix`, `corr_prefix` and `digits`: greater-than; answers are the two-digit years after `digits`, wrong ones those before;
 * - `prefix`, `corr_prefix` and `pronoun`: gendered pronouns; the wrong answer is the other one.
 *
 * Other fields are kept as `extra`.
 *
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-file` naming the line
 */
export function readEdgePruningJsonl(text: string, where = "prompts.jsonl"): PromptFile {
  check({ text, where });
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const prompts = lines.flatMap((line, i) => (line.trim() === "" ? [] : [promptOf(line, `${where}: line ${i + 1}`)]));
  if (prompts.length === 0) throw new AutocircuitError("bad-file", `${where}: the file is empty.`);
  return { prompts };
}

function promptOf(line: string, where: string): RawPrompt {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new AutocircuitError("bad-file", `${where}: not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!isObject(json)) throw new AutocircuitError("bad-file", `${where}: not a JSON object.`);
  const field = (name: string): string => {
    const value = Object.hasOwn(json, name) ? json[name] : undefined;
    if (typeof value === "string" && value !== "") return value;
    throw new AutocircuitError("bad-file", `${where}: \`${name}\` should be a text that is not empty.`);
  };
  const rest = (...used: string[]) => {
    const extra = Object.entries(json).filter(([name]) => !used.includes(name));
    return extra.length > 0 ? { extra: Object.fromEntries(extra) } : {};
  };
  const key = SENTENCES.find((name) => Object.hasOwn(json, name));
  if (key !== undefined) {
    const [clean, answer] = lastWord(field(key), `${where}: \`${key}\``);
    const [corrupt, wrong] = lastWord(field(`corr_${key}`), `${where}: \`corr_${key}\``);
    const sides = { clean, corrupt, answers: [answer], wrong_answers: wrong === answer ? [] : [wrong] };
    return { ...sides, ...rest("text", "corr_text", ...(key === "text" ? [] : [key, `corr_${key}`])) };
  }
  const sides = { clean: field("prefix"), corrupt: field("corr_prefix") };
  if (Object.hasOwn(json, "digits")) {
    const digits = Number(json.digits);
    if (!Number.isInteger(digits) || digits < 0 || digits > 98) {
      throw new AutocircuitError("bad-file", `${where}: \`digits\` should be a year from 0 to 98.`);
    }
    return { ...sides, ...yearAnswers(digits, "excluding"), ...rest("prefix", "corr_prefix", "digits") };
  }
  const pronoun = field("pronoun").trim().toLowerCase();
  const other = otherPronoun(pronoun);
  if (other === undefined) throw new AutocircuitError("bad-file", `${where}: \`pronoun\` should be he or she.`);
  const answers = { answers: [` ${pronoun}`], wrong_answers: [` ${other}`] };
  return { ...sides, ...answers, ...rest("prefix", "corr_prefix", "pronoun") };
}

/** A sentence without its last word, and that word with the space before it. */
function lastWord(sentence: string, where: string): [string, string] {
  const space = sentence.lastIndexOf(" ");
  if (space > 0 && space < sentence.length - 1) return [sentence.slice(0, space), sentence.slice(space)];
  throw new AutocircuitError("bad-file", `${where} should be a sentence whose last word is the answer.`);
}

/** The pronoun that a gendered prompt is answered with where the other one is right; undefined for any other word. */
export function otherPronoun(pronoun: string): string | undefined {
  return PRONOUNS.get(pronoun);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
