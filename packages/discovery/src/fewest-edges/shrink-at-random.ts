import { MersenneTwister } from "@autocircuit/base";
import { type EliminationOptions, eliminate } from "./eliminate.ts";
import { keptEdges } from "./kept-edges.ts";

/** What {@link shrinkAtRandom} needs. */
export interface ShrinkOptions extends Omit<EliminationOptions, "order"> {
  readonly tries: number;
  readonly seed: number;
  /** Sizes of the circuit before each try that was made already; those of further ones are added. */
  readonly tried: number[];
  /** Called with the circuit that a try led to. */
  readonly onCircuit: (mask: Float32Array) => void;
}

/** Edges added in a try: enough to leave a local minimum, few enough that most of the work is not done again. */
const added = 8;

/**
 * Iterated local search (Lourenço, Martin and Stützle 2003, "Iterated Local Search", section 2): adds a few edges at random, drops as
 * many as possible in random order, the old ones first, and goes on from there unless the circuit has grown.
 *
 * @param mask a circuit that keeps enough, 0 inside and 1 outside
 * @returns the smallest circuit, `mask` itself if there is none smaller
 */
export async function shrinkAtRandom(mask: Float32Array, options: ShrinkOptions): Promise<Float32Array> {
  const random = new MersenneTwister(options.seed);
  let present = mask;
  const edges = [...mask.keys()];
  // Draws what earlier tries drew, which depends on the numbers of edges alone.
  for (const size of options.tried) {
    random.shuffle(edges.slice(0, size));
    random.shuffle(edges.slice(size));
  }
  for (let done = options.tried.length; done < options.tries && keptEdges(present) > 1; done++) {
    const inside = random.shuffle(edges.filter((edge) => present[edge] === 0));
    const outside = random.shuffle(edges.filter((edge) => present[edge] === 1));
    const candidate = present.slice();
    for (const edge of outside.slice(0, added)) candidate[edge] = 0;
    await eliminate(candidate, { ...options, order: Uint32Array.from([...inside, ...outside]) });
    options.tried.push(inside.length);
    // An equal one is taken too: from there other circuits are near.
    if (keptEdges(candidate) <= keptEdges(present)) present = candidate;
    options.onCircuit(present);
  }
  return present;
}
