import { AutocircuitError, MersenneTwister } from "@autocircuit/base";
import { chooseOne, distinctPrompts } from "../../prompts/choose.ts";
import { fillTemplate, type PieceTokenizer, tokenMarks } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { answerText, commonLength, oneTokenWords } from "../../prompts/vocabulary-words.ts";

/** What animals are known to eat. */
const DIETS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "cows: grass, horses: hay, sheep: grass, goats: grass, rabbits: carrots, mice: cheese, dogs: meat, lions: meat, " +
    "tigers: meat, wolves: meat, cats: fish, bears: fish, sharks: fish, whales: fish, monkeys: fruit, chickens: corn, " +
    "birds: seeds, pigs: corn, frogs: insects, spiders: insects, bats: insects"
  )
    .split(", ")
    .map((pair) => pair.split(": ") as [string, string]),
);

/** Who asks, and whose relative answers. */
const ASKERS = {
  Tom: "his",
  Jack: "his",
  Daniel: "his",
  Peter: "his",
  Mary: "her",
  Anna: "her",
  Emma: "her",
  Lucy: "her",
};
const RELATIVES = ["mother", "father", "uncle", "aunt", "brother", "sister", "teacher"];

const TITLE = "Animal diet";
const TEMPLATE = '"What do {animal} eat?" {name} asked {whose} {relative}. The {relative} said: "They eat';

/**
 * Prompts about what animals eat: a question and the start of its answer. The corrupt prompt asks about an animal that eats something
 * else, which is the wrong answer; names and relatives stay.
 *
 * Task as in AutoCircuit's animal diet (GPT-2 small); words and template are our own.
 *
 * Words that the vocabulary splits are left out.
 *
 * @throws AutocircuitError `bad-input` when too few words are one token for `tokenizer`
 */
export function animalDietPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 128);
  const words = wordsOf(tokenizer);
  const random = new MersenneTwister(seed);
  const prompts = distinctPrompts(count, (i) => dietPair(words, i, random));
  commonLength(TITLE, prompts, tokenizer);
  const [name, whose] = words.askers[0]!;
  const example = { name, whose, relative: words.relatives[0]!, animal: words.animals[0]! };
  const { labels, first } = tokenMarks(fillTemplate(TEMPLATE, example), tokenizer);
  return {
    task: "animal-diet",
    description: "what an animal eats; corrupt prompts ask about an animal that eats something else",
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { animal: first.animal!, end: labels.length - 1 },
    prompts,
  };
}

/** What prompts are made of. */
interface Words {
  readonly animals: readonly string[];
  /** Names with "his" or "her". */
  readonly askers: readonly (readonly [string, string])[];
  readonly relatives: readonly string[];
  /** A food as the answer. */
  readonly answer: (food: string) => string;
}

function wordsOf(tokenizer: PieceTokenizer): Words {
  const single = (word: string) => answerText(word, tokenizer) !== null;
  const fed = Object.keys(DIETS).filter((animal) => single(DIETS[animal]!));
  const animals = oneTokenWords(TITLE, "animals whose food is one token too", fed, 2, tokenizer);
  if (new Set(animals.map((animal) => DIETS[animal])).size < 2)
    throw new AutocircuitError(
      "bad-input",
      `${TITLE}: all animals that are one token in this model's vocabulary eat ${DIETS[animals[0]!]}. Use prompts of your own.`,
    );
  const names = Object.keys(ASKERS).filter((name) => single(ASKERS[name as keyof typeof ASKERS]));
  return {
    animals,
    askers: oneTokenWords(TITLE, "names", names, 1, tokenizer).map((name) => [
      name,
      ASKERS[name as keyof typeof ASKERS],
    ]),
    relatives: oneTokenWords(TITLE, "relatives", RELATIVES, 1, tokenizer),
    answer: (food) => answerText(food, tokenizer)!,
  };
}

function dietPair({ animals, askers, relatives, answer }: Words, i: number, random: MersenneTwister): RawTextPrompt {
  const animal = animals[i % animals.length]!;
  const other = chooseOne(
    animals.filter((candidate) => DIETS[candidate] !== DIETS[animal]),
    random,
  );
  const [name, whose] = chooseOne(askers, random);
  const people = { name, whose, relative: chooseOne(relatives, random) };
  return {
    clean: fillTemplate(TEMPLATE, { ...people, animal }).text,
    corrupt: fillTemplate(TEMPLATE, { ...people, animal: other }).text,
    answers: [answer(DIETS[animal]!)],
    wrong_answers: [answer(DIETS[other]!)],
  };
}
