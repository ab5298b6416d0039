import { MersenneTwister } from "@autocircuit/base";
import { chooseSome, distinctPrompts } from "../../prompts/choose.ts";
import type { PieceTokenizer } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { answerText, commonLength, oneTokenWords } from "../../prompts/vocabulary-words.ts";

const TITLE = "Docstring";
/** Prompts that are looked at to find their usual length, and that are tried to get one. */
const SAMPLE = 50;

/** Names of parameters. */
const PARAMETERS = (
  "name value key path data text line item node index user file count size type mode state label title source target result output input " +
  "message query table field color order date time start end first last number string array list module class method option config request " +
  "response client server session token parser format filter image page row column shape code task event action handler buffer error parent " +
  "child root group length width height limit score weight mask layer batch step"
).split(" ");

/** Words of descriptions. */
const WORDS = (
  "river window garden music paper stone bread light winter summer forest letter engine bridge market island doctor teacher village mountain " +
  "orange silver yellow machine planet history picture kitchen flower shadow signal bottle chair door glass horse iron knife metal night ocean " +
  "piano queen radio salt tower valley year apple bird cloud dream earth grain house"
).split(" ");

/** Tokens of a prompt in the vocabulary of attn-only-4l (GPT-NeoX's, digits apart), which joins line breaks and spaces. */
const LABELS = [
  ...[
    "\n",
    "def",
    "name",
    "(",
    "self",
    ",",
    "X_def",
    ",",
    "Y_def",
    ",",
    "A_def",
    ",_A",
    "B_def",
    ",_B",
    "C_def",
    ",_C",
    "Z_def",
    "):",
  ],
  ...["\n   ", ' """', "word", "word", "word", "\n\n   ", " :", "param_1", "A_doc", ":", "word", "word"],
  ...["\n   ", " :", "param_2", "B_doc", ":", "word", "word", "\n   ", " :", "param_3"],
];
const POSITIONS = ["A_def", "B_def", ",_B", "C_def", "A_doc", "param_2", "B_doc", "param_3"];

/**
 * Prompts of the docstring task: a method with six parameters, of which A, B and C are described in this order; after the third `:param`
 * comes C. In the corrupt prompt the definition has three other names for A, B and C, and the docstring two more. Wrong answers are all
 * other parameters of either prompt.
 *
 * `seq_labels` and `word_idxs` hold for the vocabulary of the task's model, which is not part of this package. With a `tokenizer` that
 * cuts the prompts into another number of tokens the labels are the tokens of the first prompt, and there are no positions. Words that the
 * vocabulary splits are left out.
 *
 * Source: Heimersheim and Janiak 2023, "A circuit for Python docstrings in a 4-layer attention-only transformer", part "The task"; form of
 * prompts as in ACDC (three described parameters, two before and one after), words our own.
 *
 * @throws AutocircuitError `bad-input` when too few words are one token for `tokenizer`
 */
export function docstringPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 512);
  const parameters = oneTokenWords(TITLE, "names of parameters", PARAMETERS, 12, tokenizer);
  const words = oneTokenWords(TITLE, "words", WORDS, 7, tokenizer);
  const random = new MersenneTwister(seed);
  const make = () => docstringPair(parameters, words, tokenizer, random);
  const prompts = distinctPrompts(count, options.tokenizer ? oneLength(make, options.tokenizer) : make);
  return {
    task: "docstring",
    description: "the third parameter in a docstring; corrupt prompts have other names in definition and docstring",
    command: datasetsCommand(seed),
    seed,
    ...formOf(prompts, options.tokenizer),
    prompts,
  };
}

/** Prompts of the length that most have: vocabularies join some words with the signs around them. */
function oneLength(make: () => RawTextPrompt, tokenizer: PieceTokenizer): () => RawTextPrompt {
  const lengths = ({ clean, corrupt }: RawTextPrompt) =>
    [clean, corrupt].map((text) => tokenizer.encode(text).length) as [number, number];
  const counts = new Map<number, number>();
  for (let i = 0; i < SAMPLE; i++)
    for (const length of lengths(make())) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  return () => {
    for (let attempt = 0; ; attempt++) {
      const prompt = make();
      // What never comes out right is said by who looks at the lengths of all.
      if (attempt >= SAMPLE || lengths(prompt).every((length) => length === usual)) return prompt;
    }
  };
}

/** Labels and positions: those of the task's model, unless the tokenizer is another one. */
function formOf(prompts: readonly RawTextPrompt[], tokenizer: PieceTokenizer | undefined) {
  const foreign = tokenizer !== undefined && commonLength(TITLE, prompts, tokenizer) !== LABELS.length;
  if (foreign) return { seq_labels: tokenizer.pieces(prompts[0]!.clean) };
  return {
    seq_labels: LABELS,
    word_idxs: Object.fromEntries(POSITIONS.map((word) => [word, LABELS.indexOf(word)])),
  };
}

function docstringPair(
  parameters: readonly string[],
  descriptions: readonly string[],
  tokenizer: PieceTokenizer,
  random: MersenneTwister,
): RawTextPrompt {
  const names = chooseSome(parameters, 12, random) as Twelve;
  const [method, a, b, c, x, y, z, otherA, otherB, otherC, otherDocA, otherDocB] = names;
  const words = chooseSome(descriptions, 7, random);
  const answer = (name: string) => answerText(name, tokenizer)!;
  const wrong = [otherA, otherB, otherC, otherDocA, otherDocB, a, b, x, y, z];
  return {
    clean: docstringText(method, [x, y, a, b, c, z], [a, b], words),
    corrupt: docstringText(method, [x, y, otherA, otherB, otherC, z], [otherDocA, otherDocB], words),
    answers: [answer(c)],
    wrong_answers: wrong.map(answer),
  };
}

type Twelve = [string, string, string, string, string, string, string, string, string, string, string, string];

function docstringText(
  method: string,
  parameters: readonly string[],
  [first, second]: readonly [string, string],
  words: readonly string[],
): string {
  return [
    `\ndef ${method}(self, ${parameters.join(", ")}):`,
    `    """${words.slice(0, 3).join(" ")}`,
    "",
    `    :param ${first}: ${words.slice(3, 5).join(" ")}`,
    `    :param ${second}: ${words.slice(5, 7).join(" ")}`,
    "    :param",
  ].join("\n");
}
