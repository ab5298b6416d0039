import { AutocircuitError } from "@autocircuit/base";
import type { PromptPair } from "@autocircuit/core";
import { batchAnswerDifference, klOfLogprobs, logit, logprob } from "@autocircuit/metrics";
import { type HostArray, scope, type Tensor } from "@autocircuit/native";
import type { Output } from "../../api/index.ts";

/** What is told of a prompt's outputs. */
export interface OutputsAsked {
  readonly pair: PromptPair;
  /** Positions that count, and which of them (its place in this list) is told of. */
  readonly positions: readonly number[];
  readonly place: number;
  /** How many of the likeliest tokens. */
  readonly top: number;
  readonly tokenText: (id: number) => string;
}

/** What was told of logits that are kept, by what was asked of them: a click changes one output of three. */
const told = new WeakMap<Tensor, Map<string, Output>>();

/**
 * What models say of one prompt, each compared with the full one.
 *
 * @param full logits `[1, vocabulary]` or `[1, positions, vocabulary]` of the full model; always the same for others
 * @param others logits of the same shape
 */
export async function outputsOf(full: Tensor, others: readonly Tensor[], asked: OutputsAsked): Promise<Output[]> {
  const all = [full, ...others];
  const key = `${asked.place} ${asked.top}`;
  const fresh = [...new Set(all)].filter((logits) => !told.get(logits)?.has(key));
  for (const [place, output] of (await freshOutputs(full, fresh, asked)).entries()) {
    const known = told.get(fresh[place]!) ?? new Map<string, Output>();
    told.set(fresh[place]!, known.set(key, output));
  }
  return all.map((logits) => told.get(logits)!.get(key)!);
}

async function freshOutputs(full: Tensor, all: readonly Tensor[], asked: OutputsAsked): Promise<Output[]> {
  const numbers = full.shape.at(-1) === 1;
  const differs = !numbers && hasAnswers(asked.pair);
  const read = await scope(async () => {
    const fullLogprobs = numbers ? undefined : logprob(full);
    const answers = { answers: [asked.pair.answers], wrongAnswers: [asked.pair.wrongAnswers] };
    // First all operations, which may throw, then all that is waited for.
    const asking = all.map((logits) => ({
      row: logits.shape.length === 3 ? logits.select(1, asked.place) : logits,
      difference: differs ? batchAnswerDifference(logit(logits), answers) : null,
      divergence: fullLogprobs && logits !== full ? klOfLogprobs(fullLogprobs, logprob(logits)) : null,
    }));
    return Promise.all(
      asking.map(async ({ row, difference, divergence }) => ({
        values: wide(await row.data()),
        difference: difference && (await difference.item()),
        divergence: divergence ? await divergence.item() : 0,
      })),
    );
  });
  return read.map(({ values, difference, divergence }) => {
    if (numbers) return { top: [], value: values[0]!, logitDiff: null, answers: [], kl: null };
    const probability = softmax(values);
    const tell = (id: number) => ({
      ...{ token: asked.tokenText(id), id, probability: probability(id), logit: values[id]! },
    });
    return {
      top: largest(values, asked.top).map(tell),
      value: null,
      logitDiff: difference,
      answers: answersAt(asked).map(({ id, correct }) => ({ ...tell(id), correct })),
      kl: Math.max(0, divergence),
    };
  });
}

/**
 * The place of a position among those that count; without one the last.
 *
 * @throws AutocircuitError `bad-input` for a position that does not count
 */
export function placeOf(positions: readonly number[], position: number | undefined): number {
  if (position === undefined) return positions.length - 1;
  const place = positions.indexOf(position);
  if (place >= 0) return place;
  throw new AutocircuitError(
    "bad-input",
    `The output at position ${position} does not count; those at ${positions.join(", ")} do.`,
  );
}

/** Whether a prompt has answers and wrong answers everywhere, so that it has a logit difference. */
export function hasAnswers({ answers, wrongAnswers }: Pick<PromptPair, "answers" | "wrongAnswers">): boolean {
  return [answers, wrongAnswers].every(
    (list) => list.length > 0 && list.every((entry) => !Array.isArray(entry) || entry.length > 0),
  );
}

function answersAt({ pair: { answers, wrongAnswers }, place }: OutputsAsked): { id: number; correct: boolean }[] {
  const at = (list: PromptPair["answers"], correct: boolean) => {
    const ids = Array.isArray(list[0]) ? (list as readonly (readonly number[])[])[place] : (list as readonly number[]);
    return (ids ?? []).map((id) => ({ id, correct }));
  };
  return [...at(answers, true), ...at(wrongAnswers, false)];
}

/** Logits in float64. `Float64Array.from` takes them one by one through functions, which for a vocabulary is longer than a pass. */
function wide(values: HostArray): Float64Array {
  return new Float64Array(values as Float32Array | Float64Array);
}

/** Probabilities as a softmax over the vocabulary gives them. */
function softmax(logits: Float64Array): (id: number) => number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > highest) highest = logits[id]!;
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id]! - highest);
  return (id) => Math.exp(logits[id]! - highest) / sum;
}

/** The ids of the largest numbers, largest first; among equals the lower id comes first. */
function largest(values: Float64Array, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < values.length; id++) {
    const value = values[id]!;
    if (best.length === count && !(value > values[best[count - 1]!]!)) continue;
    let place = best.length;
    while (place > 0 && value > values[best[place - 1]!]!) place--;
    best.splice(place, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}
