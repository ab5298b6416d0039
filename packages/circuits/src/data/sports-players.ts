import { AutocircuitError, MersenneTwister } from "@autocircuit/base";
import { ATHLETES } from "./athletes.ts";
import { chooseOne, distinctPrompts, pairKey } from "./choose.ts";
import { fillTemplate, type PieceTokenizer, requireOneToken, tokenMarks } from "./marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type TextPromptRecord } from "./prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "./text-prompts-options.ts";

const TEMPLATE = "Fact: Tiger Woods plays the sport of golf\nFact: {name} plays the sport of";

/** Tokens of a name; the circuit by token is for names of three. */
const NAME_TOKENS = 3;

type Sport = keyof typeof ATHLETES;
const SPORTS = Object.keys(ATHLETES) as Sport[];

/**
 * Prompts about athletes: one example, then a name of three tokens, then the sport. The corrupt prompt has an athlete of another sport,
 * whose sport is among the wrong answers. Which names have three tokens depends on the vocabulary; with the default that is GPT-2's, and
 * the task makes its prompts with its own model's.
 *
 * Source: Rajamanoharan et al. 2023, "Fact Finding" (Alignment Forum), part 1, for task and example; the athletes are our own choice.
 *
 * @throws AutocircuitError `bad-input` when a sport is several tokens for `tokenizer`, or has fewer than two athletes left
 */
export function sportsPlayersPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 210);
  requireOneToken(
    "Sports players",
    SPORTS.map((sport) => ` ${sport}`),
    tokenizer,
  );
  const random = new MersenneTwister(seed);
  const players = Object.fromEntries(SPORTS.map((sport) => [sport, random.shuffle(athletesOf(sport, tokenizer))]));
  const turn = (sport: Sport, i: number) => players[sport]![i % players[sport]!.length]!;
  const prompts = distinctPrompts(
    count,
    (i): TextPromptRecord => {
      const sport = SPORTS[i % SPORTS.length]!;
      const others = SPORTS.filter((other) => other !== sport);
      return {
        clean: fillTemplate(TEMPLATE, { name: turn(sport, Math.floor(i / SPORTS.length)) }).text,
        corrupt: fillTemplate(TEMPLATE, { name: chooseOne(players[chooseOne(others, random)]!, random) }).text,
        answers: [` ${sport}`],
        wrong_answers: others.map((other) => ` ${other}`),
      };
    },
    pairKey,
  );
  const { labels, first, last } = tokenMarks(fillTemplate(TEMPLATE, { name: turn(SPORTS[0]!, 0) }), tokenizer);
  return {
    task: "sports-players",
    description:
      "the sport of an athlete whose name has three tokens; corrupt prompts have an athlete of another sport",
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { first_name_tok: first.name!, final_name_tok: last.name!, end: labels.length - 1 },
    prompts,
  };
}

function athletesOf(sport: Sport, tokenizer: PieceTokenizer): string[] {
  const found = ATHLETES[sport].filter((name) => tokenizer.encode(` ${name}`).length === NAME_TOKENS);
  if (found.length >= 2) return found;
  throw new AutocircuitError(
    "bad-input",
    `Sports players: only ${found.length} of ${ATHLETES[sport].length} ${sport} names have ${NAME_TOKENS} tokens in this model's vocabulary.`,
  );
}
