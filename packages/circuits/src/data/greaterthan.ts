import { MersenneTwister } from "@autocircuit/base";
import { yearAnswers } from "../interchange/exchanged-prompts.ts";
import { chooseOne, distinctPrompts } from "./choose.ts";
import { fillTemplate, type PieceTokenizer, requireOneToken, tokenMarks } from "./marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type TextPromptRecord } from "./prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "./text-prompts-options.ts";

/** Things that last; each is one token of GPT-2's vocabulary. */
const NOUNS = (
  "abduction accord affair agreement assault attack battle boom campaign career case challenge conflict construction contest contract " +
  "crisis dispute drought dynasty effort epidemic era exchange exhibition expansion expedition experiment famine feud festival fight " +
  "friendship investigation invasion journey marriage mission negotiation occupation operation partnership plague program project quest " +
  "rebellion recession reform reign relationship revolt riot rivalry rule search shortage siege struggle study survey tour trade treaty " +
  "trial truce voyage war"
).split(" ");

const TEMPLATE = "The {noun} lasted from the year {XX1}{YY} to the year {XX2}";

/** Years are taken from 1100 to 1799, as in the paper: later ones are mostly one token. */
const CENTURIES = [11, 12, 13, 14, 15, 16, 17];

/**
 * Prompts of greater-than: "The war lasted from the year 1732 to the year 17" is followed by two digits above 32. Answers are 33 to 99,
 * wrong answers 00 to 32. The corrupt prompt starts in year 01 of the century. Years are those that the tokenizer splits into century and
 * year, the first and the last of each century left out so that there are right and wrong answers.
 *
 * Source: Hanna et al. 2023, "How does GPT-2 compute greater-than?" (arXiv:2305.00586), section 2; the nouns are our own.
 *
 * @throws AutocircuitError `bad-input` for nouns, centuries or answers that are several tokens for `tokenizer`
 */
export function greaterthanPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 256);
  const digits = Array.from({ length: 100 }, (_, year) => twoDigits(year));
  const words = [...NOUNS, ...CENTURIES.map(String)].map((word) => ` ${word}`);
  requireOneToken("Greater-than", [...words, ...digits], tokenizer);
  const years = CENTURIES.flatMap((century) => splitYears(century, tokenizer));
  const random = new MersenneTwister(seed);
  const { labels, first } = tokenMarks(filled("war", 17, 32), tokenizer);
  return {
    task: "greaterthan",
    description: "two digits of a later year than the first; corrupt prompts start in year 01",
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { ...(first as Record<string, number>), end: labels.length - 1 },
    prompts: distinctPrompts(count, () => greaterthanPair(years, random)),
  };
}

function greaterthanPair(years: readonly (readonly [number, number])[], random: MersenneTwister): TextPromptRecord {
  const noun = chooseOne(NOUNS, random);
  const [century, year] = chooseOne(years, random);
  const { answers, wrong_answers } = yearAnswers(year, "including") as Pick<
    TextPromptRecord,
    "answers" | "wrong_answers"
  >;
  return { clean: filled(noun, century, year).text, corrupt: filled(noun, century, 1).text, answers, wrong_answers };
}

/** Years of a century, from 02 to 98, that are two tokens: century and year. */
function splitYears(century: number, tokenizer: PieceTokenizer): (readonly [number, number])[] {
  const split = Array.from({ length: 97 }, (_, i) => i + 2).filter((year) => {
    const pieces = tokenizer.pieces(` ${century}${twoDigits(year)}`);
    return pieces.length === 2 && pieces[0] === ` ${century}`;
  });
  return split.slice(1, -1).map((year) => [century, year] as const);
}

function filled(noun: string, century: number, year: number) {
  return fillTemplate(TEMPLATE, { noun, XX1: String(century), YY: twoDigits(year), XX2: String(century) });
}

const twoDigits = (year: number) => String(year).padStart(2, "0");
