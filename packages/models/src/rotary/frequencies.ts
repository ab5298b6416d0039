import { badFile } from "@autocircuit/base";
import { WIDEST_HEAD } from "../largest-sizes.ts";
import type { Llama3Scaling, RotaryParameters, YarnScaling } from "./parameters.ts";

/** What the engine needs to turn queries and keys. */
export interface RotaryFrequencies {
  /** Entries of each head that are turned: an even number. */
  readonly dim: number;
  /** Inverse frequencies in radians per position, `dim / 2` of them. */
  readonly frequencies: readonly number[];
  /** Multiplier on cos and sin. */
  readonly scale: number;
  /** Positions up to which these frequencies hold, where longer sequences have others. */
  readonly fixedUpTo?: number;
}

/**
 * Inverse frequencies of rotary position embeddings, with the scalings transformers knows.
 *
 * `dynamic` raises the base with the length of the sequence, beyond the trained context only: up to there nothing is scaled.
 *
 * @param where file named in errors
 * @example
 * inverseFrequencies({ type: "default", theta: 10000, partial: 1 }, 4).frequencies; // [1, 0.01]
 */
export function inverseFrequencies(parameters: RotaryParameters, dHead: number, where = "config"): RotaryFrequencies {
  const dim = Math.floor(dHead * parameters.partial);
  if (dim < 2 || dim > dHead || dim % 2 === 1) {
    throw badFile(where, `turns ${dim} of a head's ${dHead} dimensions; it must be an even number of them.`);
  }
  if (dim > WIDEST_HEAD) throw badFile(where, `turns ${dim} dimensions of a head; at most ${WIDEST_HEAD} are allowed.`);
  const plain = Array.from({ length: dim / 2 }, (_, i) => parameters.theta ** ((-2 * i) / dim));
  switch (parameters.type) {
    case "default":
      return { dim, frequencies: plain, scale: 1 };
    case "dynamic":
      return { dim, frequencies: plain, scale: 1, fixedUpTo: parameters.context };
    case "linear":
      return { dim, frequencies: plain.map((frequency) => frequency / parameters.factor), scale: 1 };
    case "llama3":
      return { dim, frequencies: plain.map((frequency) => llama3(frequency, parameters)), scale: 1 };
    case "yarn":
      return { dim, frequencies: yarn(plain, parameters, dim, parameters.theta), scale: parameters.attentionFactor };
  }
}

function llama3(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
  /** How often this wave turns within the original context. */
  const turns = (originalContext * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const kept = (turns - low) / (high - low);
  return ((1 - kept) * frequency) / factor + kept * frequency;
}

function yarn(plain: readonly number[], scaling: YarnScaling, dim: number, theta: number): number[] {
  /** The (fractional) dimension whose wave turns this often within the original context. */
  const dimension = (turns: number) =>
    (dim * Math.log(scaling.originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const round = scaling.truncate ? { down: Math.floor, up: Math.ceil } : { down: same, up: same };
  const begin = Math.max(round.down(dimension(scaling.betaFast)), 0);
  let end = Math.min(round.up(dimension(scaling.betaSlow)), dim - 1);
  if (begin === end) end += 0.001;
  return plain.map((frequency, i) => {
    const stretched = Math.min(Math.max((i - begin) / (end - begin), 0), 1);
    return (stretched * frequency) / scaling.factor + (1 - stretched) * frequency;
  });
}

function same(x: number): number {
  return x;
}
