import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature, USUAL_SEED } from "@autocircuit/base";
import type { RawTokenPrompt } from "./prompt-file.ts";
import { allSequences } from "./sequences.ts";

/** How to make prompt pairs of a sequence task. */
export interface SequencePairs {
  /** Token ids a sequence is made of. */
  alphabet: readonly number[];
  /** Tokens after BOS. */
  length: number;
  /** Token id put in front of every sequence. */
  bos: number;
  /** Right outputs for a sequence (without BOS), one per answered position. */
  answers: (sequence: readonly number[]) => readonly number[];
  /** Chooses the corrupt prompts, and the clean ones when there are more than `count`. Default 0. */
  seed?: number;
  /** Sequences to draw as clean prompts. Default: all of them, in order. */
  count?: number;
  /** Draw clean prompts evenly over the different answers, instead of evenly over the sequences. Needs `count`. Default false. */
  balanced?: boolean;
  /** The corrupt prompt's answers differ from the clean one's somewhere. Default false: any other sequence will do. */
  answersDiffer?: boolean;
}

const check = signature("sequencePairs", {}, {
  alphabet: kind.required(kind.listOf(kind.whole)),
  length: kind.required(kind.count),
  bos: kind.required(kind.whole),
  answers: kind.required(kind.callback),
  seed: kind.whole,
  count: kind.count,
  balanced: kind.flag,
  answersDiffer: kind.flag,
} satisfies KindsOf<SequencePairs>);

/**
 * Prompt pairs over all sequences (or `count` drawn ones): every clean prompt occurs once, and its corrupt prompt is another sequence
 * drawn at random. The corrupt prompt's answers are the wrong answers.
 */
export function sequencePairs(options: SequencePairs): RawTokenPrompt[] {
  check({}, options);
  const { alphabet, length, bos, answers, seed = USUAL_SEED, count, balanced = false, answersDiffer = false } = options;
  const random = new MersenneTwister(seed);
  const all = allSequences(alphabet, length);
  if (all.length < 2) {
    throw new AutocircuitError(
      "bad-input",
      `sequencePairs: ${all.length} sequence(s) cannot be paired; use a larger alphabet or length.`,
    );
  }
  const shuffled = count === undefined ? all : random.shuffle(all);
  const clean = (balanced ? takingTurns(shuffled, (sequence) => answers(sequence).join(" ")) : shuffled).slice(
    0,
    count,
  );
  return clean.map((sequence) => {
    const right = answers(sequence);
    const fits = (other: readonly number[]) =>
      answersDiffer ? !equal(answers(other), right) : !equal(other, sequence);
    const other = draw(all, fits, random);
    return {
      clean: [bos, ...sequence],
      corrupt: [bos, ...other],
      answers: right.map((answer) => [answer]),
      wrong_answers: answers(other).map((answer) => [answer]),
    };
  });
}

/** The same items, one of each group at a time while the groups last. */
function takingTurns<T>(items: readonly T[], groupOf: (item: T) => string): T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  const turns = Math.max(...[...groups.values()].map((group) => group.length));
  return Array.from({ length: turns }, (_, turn) =>
    [...groups.values()].flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
}

function draw(
  all: readonly number[][],
  fits: (sequence: readonly number[]) => boolean,
  random: MersenneTwister,
): number[] {
  // Rejection is quick because nearly every sequence fits; a full scan decides when it does not.
  for (let attempt = 0; attempt < 100; attempt++) {
    const candidate = all[random.below(all.length)] as number[];
    if (fits(candidate)) return candidate;
  }
  const candidates = all.filter(fits);
  if (candidates.length === 0)
    throw new AutocircuitError("bad-input", "sequencePairs: every sequence has the same answers, so no pair differs.");
  return candidates[random.below(candidates.length)] as number[];
}

const equal = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);
