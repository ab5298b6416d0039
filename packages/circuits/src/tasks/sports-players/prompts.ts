import { AutocircuitError, MersenneTwister } from "@autocircuit/base";
import { chooseOne, distinctPrompts, pairKey } from "../../prompts/choose.ts";
import { fillTemplate, type PieceTokenizer, tokenMarks } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { answerText, commonLength, oneTokenWords, tokensOf } from "../../prompts/vocabulary-words.ts";
import { ATHLETES } from "./athletes.ts";

const TITLE = "Sports players";
const TEMPLATE = "Fact: Tiger Woods plays the sport of golf\nFact: {name} plays the sport of";

/** Tokens of a name: three as in the circuit by token, and otherwise as many as leave most athletes. */
const NAME_TOKENS = [3, 2, 4, 5, 6];
/** Athletes of each sport there must be. */
const LEAST_ATHLETES = 2;

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"];

type Sport = keyof typeof ATHLETES;
const SPORTS = Object.keys(ATHLETES) as Sport[];

/**
 * Prompts about athletes: one example, then a name of three tokens, then the sport. The corrupt prompt has an athlete of another sport,
 * whose sport is among the wrong answers. Which names have three tokens depends on the vocabulary; with the default that is GPT-2's, and
 * the task makes its prompts with its own model's. Where too few names have three, the names are those with as many as most have.
 *
 * Source: Rajamanoharan et al. 2023, "Fact Finding" (Alignment Forum), part 1, for task and example; the athletes are our own choice.
 *
 * @throws AutocircuitError `bad-input` when a sport is several tokens for `tokenizer`, or has fewer than two athletes left
 */
export function sportsPlayersPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 210);
  const sports = oneTokenWords(TITLE, "sports", SPORTS, 2, tokenizer) as Sport[];
  const { tokens, athletes } = athletesOf(sports, tokenizer);
  const random = new MersenneTwister(seed);
  const players = Object.fromEntries(sports.map((sport, i) => [sport, random.shuffle(athletes[i]!)]));
  const answer = (sport: Sport) => answerText(sport, tokenizer)!;
  const turn = (sport: Sport, i: number) => players[sport]![i % players[sport]!.length]!;
  const prompts = distinctPrompts(
    count,
    (i): RawTextPrompt => {
      const sport = sports[i % sports.length]!;
      const others = sports.filter((other) => other !== sport);
      return {
        clean: fillTemplate(TEMPLATE, { name: turn(sport, Math.floor(i / sports.length)) }).text,
        corrupt: fillTemplate(TEMPLATE, { name: chooseOne(players[chooseOne(others, random)]!, random) }).text,
        answers: [answer(sport)],
        wrong_answers: others.map(answer),
      };
    },
    pairKey,
  );
  commonLength(TITLE, prompts, tokenizer);
  const { labels, first, last } = tokenMarks(fillTemplate(TEMPLATE, { name: turn(sports[0]!, 0) }), tokenizer);
  return {
    task: "sports-players",
    description: `the sport of an athlete whose name has ${NUMBERS[tokens]} tokens; corrupt prompts have an athlete of another sport`,
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { first_name_tok: first.name!, final_name_tok: last.name!, end: labels.length - 1 },
    prompts,
  };
}

/** Athletes of each sport whose names have equally many tokens, and how many. */
function athletesOf(sports: readonly Sport[], tokenizer: PieceTokenizer): { tokens: number; athletes: string[][] } {
  const named = NAME_TOKENS.map((tokens) => ({
    tokens,
    athletes: sports.map((sport) => ATHLETES[sport].filter((name) => tokensOf(name, tokenizer) === tokens)),
  }));
  const fewest = ({ athletes }: { athletes: string[][] }) => Math.min(...athletes.map(({ length }) => length));
  const [usual, ...others] = named as [(typeof named)[0], ...typeof named];
  if (fewest(usual) >= LEAST_ATHLETES) return usual;
  const [most] = others.sort((a, b) => fewest(b) - fewest(a)) as [(typeof named)[0]];
  if (fewest(most) >= LEAST_ATHLETES) return most;
  const at = usual.athletes.findIndex(({ length }) => length < LEAST_ATHLETES);
  const sport = sports[at]!;
  throw new AutocircuitError(
    "bad-input",
    `${TITLE}: only ${usual.athletes[at]!.length} of ${ATHLETES[sport].length} ${sport} names have 3 tokens in this model's vocabulary, and with ` +
      `no other number of tokens there are ${LEAST_ATHLETES} of each sport. Use prompts of your own.`,
  );
}
