import { AutocircuitError } from "@autocircuit/base";
import { yearAnswers } from "@autocircuit/core";
import type { PieceTokenizer } from "../../prompts/marked-text.ts";
import type { RawTextPrompt } from "../../prompts/prompt-file.ts";

/** A year as century and year: [17, 32]. */
export type Year = readonly [century: number, year: number];

/** Years that a vocabulary can tell, and how it is told which ones are later. */
export interface Years {
  readonly years: readonly Year[];
  /** What answers are, in words. */
  readonly answered: string;
  readonly answers: (year: number) => Pick<RawTextPrompt, "answers" | "wrong_answers">;
}

/** Years are taken from 1100 to 1799, as in the paper: in GPT-2's vocabulary later ones are mostly one token. */
const CENTURIES = [11, 12, 13, 14, 15, 16, 17];
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Years as a vocabulary splits them. Where it makes two tokens of them, century and year (GPT-2's), the answer is the later year. Where
 * each digit is a token (Llama 2, Gemma, Qwen, SmolLM2), the answer is the next digit: one above that of the first year; the same digit is
 * neither right nor wrong.
 *
 * @throws AutocircuitError `bad-input` for a vocabulary that does neither
 */
export function yearsOf(tokenizer: PieceTokenizer): Years {
  const whole = yearsInTwo(tokenizer);
  if (whole.length > 0) {
    return {
      years: whole,
      answered: "two digits of a later year than the first",
      answers: (year) => yearAnswers(year, "including") as Pick<RawTextPrompt, "answers" | "wrong_answers">,
    };
  }
  if (digitsApart(tokenizer)) {
    // The tens have later and earlier ones.
    const years = CENTURIES.flatMap((century) => Array.from({ length: 80 }, (_, i): Year => [century, i + 10]));
    return { years, answered: "the next digit of a later year, larger than that of the first", answers: digits };
  }
  const pieces = tokenizer.pieces(" 1732").map((piece) => JSON.stringify(piece));
  throw new AutocircuitError(
    "bad-input",
    `Greater-than needs years that are a century and a year, or four digits, in this model's vocabulary; it makes ${pieces.join(" | ")} of " 1732". ` +
      "Use prompts of your own, whose answers are one token in it.",
  );
}

function digits(year: number): Pick<RawTextPrompt, "answers" | "wrong_answers"> {
  const tens = Math.floor(year / 10);
  return {
    answers: DIGITS.filter((digit) => digit > tens).map(String),
    wrong_answers: DIGITS.filter((digit) => digit < tens).map(String),
  };
}

/** Years from 02 to 98 of two tokens, the first and the last of each century left out so that there are right and wrong answers. */
function yearsInTwo(tokenizer: PieceTokenizer): Year[] {
  const one = (text: string) => tokenizer.encode(text).length === 1;
  if (!Array.from({ length: 100 }, (_, year) => twoDigits(year)).every(one)) return [];
  return CENTURIES.filter((century) => one(` ${century}`)).flatMap((century) => {
    const split = Array.from({ length: 97 }, (_, i) => i + 2).filter((year) => {
      const pieces = tokenizer.pieces(` ${century}${twoDigits(year)}`);
      return pieces.length === 2 && pieces[0] === ` ${century}`;
    });
    return split.slice(1, -1).map((year): Year => [century, year]);
  });
}

function digitsApart(tokenizer: PieceTokenizer): boolean {
  const last = tokenizer.pieces(" 1732").slice(-4).join("|");
  return last === "1|7|3|2" && DIGITS.every((digit) => tokenizer.encode(String(digit)).length === 1);
}

/** A year within its century: "02". */
export function twoDigits(year: number): string {
  return String(year).padStart(2, "0");
}
