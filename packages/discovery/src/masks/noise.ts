import { AutocircuitError, type DType, MersenneTwister } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";

/** Which uniform numbers a step of training asks for. */
export interface NoiseRequest {
  /**
   * `mask`: samples of the masks; `dropout`: which masks drop out; `size`: the sample whose sum is the circuit's size; `node`: samples of the
   * sources' masks; `start`: where the edges' numbers start, `start-node`: those of the sources.
   */
  readonly use: "mask" | "dropout" | "size" | "node" | "start" | "start-node";
  /** Steps that the optimiser has done. */
  readonly step: number;
  /** Which forward pass of the step, from 0. */
  readonly pass: number;
  /** Masks to draw for: one for each prompt of the batch, or 1 for all. */
  readonly rows: number;
  /** Numbers to draw for a mask: edges of the graph, or sources. */
  readonly edgeCount: number;
}

/** Gives uniform numbers in [0, 1), `rows` times `edgeCount`, row after row in the order of the flat edge vector. */
export type Noise = (request: NoiseRequest) => Float32Array;

const USES: readonly NoiseRequest["use"][] = ["mask", "dropout", "size", "node", "start", "start-node"];

/**
 * Uniform numbers from a seed: the same seed and request give the same numbers everywhere, whatever was asked for before, so that training
 * can go on in its middle.
 *
 * @throws AutocircuitError `bad-input` for a seed below 0
 */
export function seededNoise(seed: number): Noise {
  const own = new MersenneTwister(seed).next();
  return ({ use, step, pass, rows, edgeCount }) => {
    const generator = new MersenneTwister(mixed([own, step, pass, USES.indexOf(use)]));
    // 24 bits: all that a float32 below 1 can hold.
    return Float32Array.from({ length: rows * edgeCount }, () => (generator.next() >>> 8) / 2 ** 24);
  };
}

/** One number of 32 bits that changes in all of them with any of these (the finaliser of MurmurHash3, Appleby 2011, after each). */
function mixed(parts: readonly number[]): number {
  return parts.reduce((hash, part) => {
    let word = (hash ^ part) + 0x9e3779b9;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  }, 0);
}

/**
 * The numbers asked for, `[rows * edges]`.
 *
 * @throws AutocircuitError `shape` for another number of them; `bad-input` for numbers outside [0, 1)
 */
export function drawNumbers(noise: Noise, request: NoiseRequest): Float32Array {
  const { rows, edgeCount } = request;
  const numbers = noise(request);
  if (!(numbers instanceof Float32Array) || numbers.length !== rows * edgeCount) {
    throw new AutocircuitError(
      "shape",
      `\`noise\` must give a Float32Array of ${rows * edgeCount} numbers, ${edgeCount} edges for each of ${rows} masks.`,
    );
  }
  const outside = numbers.find((number) => !(number >= 0 && number < 1));
  if (outside !== undefined)
    throw new AutocircuitError("bad-input", `\`noise\` gave ${outside}; its numbers must be at least 0 and below 1.`);
  return numbers;
}

/** The same as a tensor, `[rows, edges]`. */
export function drawNoise(noise: Noise, request: NoiseRequest, dtype: DType): Tensor {
  return Tensor.from(drawNumbers(noise, request), { shape: [request.rows, request.edgeCount], dtype });
}
