import { MersenneTwister } from "@autocircuit/base";
import { chooseOne, distinctPrompts } from "../../prompts/choose.ts";
import { fillTemplate, tokenMarks } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { commonLength, oneTokenWords } from "../../prompts/vocabulary-words.ts";
import { twoDigits, type Year, yearsOf } from "./years.ts";

/** Things that last; each is one token of GPT-2's vocabulary. */
const NOUNS = (
  "abduction accord affair agreement assault attack battle boom campaign career case challenge conflict construction contest contract " +
  "crisis dispute drought dynasty effort epidemic era exchange exhibition expansion expedition experiment famine feud festival fight " +
  "friendship investigation invasion journey marriage mission negotiation occupation operation partnership plague program project quest " +
  "rebellion recession reform reign relationship revolt riot rivalry rule search shortage siege struggle study survey tour trade treaty " +
  "trial truce voyage war"
).split(" ");

const TEMPLATE = "The {noun} lasted from the year {XX1}{YY} to the year {XX2}";

const TITLE = "Greater-than";

/**
 * Prompts of greater-than: "The war lasted from the year 1732 to the year 17" is followed by two digits above 32. Answers are 33 to 99,
 * wrong answers 00 to 32. The corrupt prompt starts in year 01 of the century. Years are those that the tokenizer splits into century and
 * year. Where it makes each digit a token, the answer is the next digit, one above 3. Nouns that it splits are left out.
 *
 * Source: Hanna et al. 2023, "How does GPT-2 compute greater-than?" (arXiv:2305.00586), section 2; the nouns are our own.
 *
 * @throws AutocircuitError `bad-input` for a vocabulary that splits years otherwise, or all nouns
 */
export function greaterthanPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 256);
  const nouns = oneTokenWords(TITLE, "nouns", NOUNS, 1, tokenizer);
  const { years, answered, answers } = yearsOf(tokenizer);
  const random = new MersenneTwister(seed);
  const prompts = distinctPrompts(count, (): RawTextPrompt => {
    const noun = chooseOne(nouns, random);
    const [century, year] = chooseOne(years, random);
    const [clean, corrupt] = [filled(noun, [century, year]).text, filled(noun, [century, 1]).text];
    return { clean, corrupt, ...answers(year) };
  });
  commonLength(TITLE, prompts, tokenizer);
  const { labels, first } = tokenMarks(filled(nouns[0]!, [17, 32]), tokenizer);
  return {
    task: "greaterthan",
    description: `${answered}; corrupt prompts start in year 01`,
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { ...(first as Record<string, number>), end: labels.length - 1 },
    prompts,
  };
}

function filled(noun: string, [century, year]: Year) {
  return fillTemplate(TEMPLATE, { noun, XX1: String(century), YY: twoDigits(year), XX2: String(century) });
}
