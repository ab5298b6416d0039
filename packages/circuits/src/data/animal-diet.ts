import { MersenneTwister } from "@autocircuit/base";
import { chooseOne, distinctPrompts } from "./choose.ts";
import { fillTemplate, requireOneToken, tokenMarks } from "./marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type TextPromptRecord } from "./prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "./text-prompts-options.ts";

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

const TEMPLATE = '"What do {animal} eat?" {name} asked {whose} {relative}. The {relative} said: "They eat';

/**
 * Prompts about what animals eat: a question and the start of its answer. The corrupt prompt asks about an animal that eats something
 * else, which is the wrong answer; names and relatives stay.
 *
 * Task as in AutoCircuit's animal diet (GPT-2 small); words and template are our own.
 *
 * @throws AutocircuitError `bad-input` for words that are several tokens for `tokenizer`
 */
export function animalDietPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 128);
  const words = [Object.entries(DIETS), Object.entries(ASKERS), RELATIVES].flat(2);
  requireOneToken(
    "Animal diet",
    [...new Set(words)].map((word) => ` ${word}`),
    tokenizer,
  );
  const animals = Object.keys(DIETS);
  const random = new MersenneTwister(seed);
  const example = { name: "Tom", whose: "his", relative: "mother", animal: animals[0]! };
  const { labels, first } = tokenMarks(fillTemplate(TEMPLATE, example), tokenizer);
  return {
    task: "animal-diet",
    description: "what an animal eats; corrupt prompts ask about an animal that eats something else",
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { animal: first.animal!, end: labels.length - 1 },
    prompts: distinctPrompts(count, (i) => dietPair(animals, i, random)),
  };
}

function dietPair(animals: readonly string[], i: number, random: MersenneTwister): TextPromptRecord {
  const animal = animals[i % animals.length]!;
  const other = chooseOne(
    animals.filter((candidate) => DIETS[candidate] !== DIETS[animal]),
    random,
  );
  const [name, whose] = chooseOne(Object.entries(ASKERS), random);
  const people = { name, whose, relative: chooseOne(RELATIVES, random) };
  return {
    clean: fillTemplate(TEMPLATE, { ...people, animal }).text,
    corrupt: fillTemplate(TEMPLATE, { ...people, animal: other }).text,
    answers: [` ${DIETS[animal]}`],
    wrong_answers: [` ${DIETS[other]}`],
  };
}
