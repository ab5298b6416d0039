import { scope, Tensor } from "@autocircuit/native";
import { resampledMeans } from "./resampled-means.ts";

/** Edges of a product of matrices. */
const BLOCK = 8192;

/** Fewer additions than these are done before the addon is loaded. */
const FEW = 1e8;

/** Bits that a double holds beyond those of single precision. */
const SPARE = 53 - 24;

/**
 * What `resampledMeans` gives, to the last bit, by products of how often each prompt was drawn and the scores. A sum of numbers in single
 * precision is exact in double precision, in whatever order it is made, where the smallest is not too small beside the largest; edges of which it is
 * are added in the order in which they were drawn.
 */
export class ResampledMeans {
  readonly #perPrompt: readonly ArrayLike<number>[];
  /** What `of` gave last. */
  #means: Float64Array[] = [];
  /** Null where all edges are added in order. */
  readonly #rows: readonly Float32Array[] | null;
  readonly #inexact: Uint32Array;
  readonly #inexactRows: readonly Float32Array[];
  /** How many edges are added in the order in which prompts were drawn. */
  readonly inOrder: number;

  /** @param draws all that there will be: how many, and how long, says what is quick, and exact */
  constructor(perPrompt: readonly ArrayLike<number>[], draws: readonly (readonly number[])[]) {
    const edgeCount = perPrompt[0]!.length;
    const drawn = draws.map(({ length }) => length);
    const longest = drawn.reduce((most, length) => Math.max(most, length), 0);
    const additions = edgeCount * drawn.reduce((sum, length) => sum + length, 0);
    const single = additions < FEW ? null : allSingle(perPrompt);
    const inexact = single ? inexactEdges(single, longest) : new Uint32Array();
    this.#perPrompt = perPrompt;
    this.#rows = inexact.length > edgeCount / 2 ? null : single;
    this.#inexact = inexact;
    this.inOrder = this.#rows === null ? edgeCount : inexact.length;
    this.#inexactRows = this.#rows?.map((row) => Float32Array.from(inexact, (edge) => row[edge]!)) ?? [];
  }

  /** Mean scores of the prompts that each of these resamples drew, in arrays that the next call writes to again. */
  async of(draws: readonly (readonly number[])[]): Promise<readonly Float64Array[]> {
    const rows = this.#rows;
    if (rows === null) {
      this.#means = resampledMeans(this.#perPrompt, draws, 1, this.#means);
      return this.#means;
    }
    const edgeCount = rows[0]!.length;
    const means = draws.map((_, i) => this.#means[i] ?? new Float64Array(edgeCount));
    this.#means = means;
    const block = new Float32Array(rows.length * Math.min(BLOCK, edgeCount));
    const counts = new Float64Array(draws.length * rows.length);
    for (const [i, drawn] of draws.entries()) for (const prompt of drawn) counts[i * rows.length + prompt]!++;
    for (let first = 0; first < edgeCount; first += BLOCK) {
      const count = Math.min(BLOCK, edgeCount - first);
      for (const [prompt, row] of rows.entries()) block.set(row.subarray(first, first + count), prompt * count);
      const found = await scope(() => {
        const times = Tensor.from(counts, { shape: [draws.length, rows.length] });
        const sums = times.matmul(
          Tensor.from(block.subarray(0, rows.length * count), { shape: [rows.length, count] }).to("float64"),
        );
        const lengths = Tensor.from(
          Float64Array.from(draws, ({ length }) => length),
          { shape: [draws.length, 1] },
        );
        // A sum from 0 on is never -0.
        return sums.add(0).div(lengths).data();
      });
      const numbers = found as Float64Array;
      for (const [i, mean] of means.entries()) mean.set(numbers.subarray(i * count, (i + 1) * count), first);
    }
    this.#addInOrder(means, draws);
    return means;
  }

  #addInOrder(means: readonly Float64Array[], draws: readonly (readonly number[])[]): void {
    if (this.#inexact.length === 0) return;
    for (const [i, ordered] of resampledMeans(this.#inexactRows, draws).entries())
      for (const [place, edge] of this.#inexact.entries()) means[i]![edge] = ordered[place]!;
  }
}

function allSingle(rows: readonly ArrayLike<number>[]): readonly Float32Array[] | null {
  return rows.every((row) => row instanceof Float32Array) ? rows : null;
}

/**
 * Edges whose sums of so many scores may round: every score is a multiple of 2^-24 of the smallest, and a sum is no larger than so many of the largest.
 */
function inexactEdges(rows: readonly Float32Array[], longest: number): Uint32Array {
  const edgeCount = rows[0]!.length;
  const largest = new Float32Array(edgeCount);
  const smallest = new Float32Array(edgeCount).fill(Number.POSITIVE_INFINITY);
  for (const row of rows)
    for (let edge = 0; edge < edgeCount; edge++) {
      const size = Math.abs(row[edge]!);
      if (size > largest[edge]!) largest[edge] = size;
      if (size > 0 && size < smallest[edge]!) smallest[edge] = size;
    }
  const found: number[] = [];
  for (let edge = 0; edge < edgeCount; edge++)
    if (longest * largest[edge]! > 2 ** SPARE * smallest[edge]!) found.push(edge);
  return Uint32Array.from(found);
}
