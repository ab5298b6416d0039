import { MersenneTwister } from "@autocircuit/base";
import { circuitSize, type EliminationOptions, eliminate } from "./eliminate.ts";

/** What {@link shrinkAtRandom} needs. */
export interface ShrinkOptions extends Omit<EliminationOptions, "order"> {
  readonly tries: number;
  readonly seed: number;
  /** Called after each try. */
  readonly onTried?: (() => void) | undefined;
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
  for (let done = 0; done < options.tries && circuitSize(present) > 1; done++) {
    const edges = [...present.keys()];
    const inside = random.shuffle(edges.filter((edge) => present[edge] === 0));
    const outside = random.shuffle(edges.filter((edge) => present[edge] === 1));
    const candidate = present.slice();
    for (const edge of outside.slice(0, added)) candidate[edge] = 0;
    await eliminate(candidate, { ...options, order: Uint32Array.from([...inside, ...outside]) });
    // An equal one is taken too: from there other circuits are near.
    if (circuitSize(candidate) <= circuitSize(present)) present = candidate;
    options.onTried?.();
  }
  return present;
}
