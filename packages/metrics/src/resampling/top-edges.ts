/** What {@link topEdges} works on. Whoever calls it often gives the same again: large arrays that are made anew each time have memory tidied up as often. */
export interface RankingBuffers {
  /** Both as long as there are edges. */
  readonly edges: Uint32Array;
  readonly values: Float64Array;
}

/** Buffers for the rankings of so many edges. */
export function rankingBuffers(edgeCount: number): RankingBuffers {
  return { edges: new Uint32Array(edgeCount), values: new Float64Array(edgeCount) };
}

/**
 * The edges that rank highest, those of each size before those of the next: the first n of the list are the top n for each of the sizes, among equal
 * ranks those of lower number. Nothing is sorted: each size is selected out of the next larger one.
 *
 * @param ranks a number for each edge
 * @param sizes at least one, ascending, none larger than there are edges
 */
export function topEdges(
  ranks: Float64Array,
  sizes: readonly number[],
  { edges, values }: RankingBuffers = rankingBuffers(ranks.length),
): Uint32Array {
  for (let edge = 0; edge < edges.length; edge++) edges[edge] = edge;
  const top = new Uint32Array(sizes.at(-1)!);
  let among = edges;
  for (let i = sizes.length - 1; i >= 0; i--) {
    const chosen = chooseHighest(ranks, among, sizes[i]!, values);
    // What a size has beyond the next smaller one stands behind it.
    if (i < sizes.length - 1) top.set(among.subarray(sizes[i]!), sizes[i]!);
    among = chosen;
  }
  top.set(among);
  return top;
}

/**
 * Brings the `count` edges that rank highest to the front, and the others behind them, both by their numbers as they were.
 *
 * @param values overwritten
 * @returns the front
 */
function chooseHighest(ranks: Float64Array, edges: Uint32Array, count: number, values: Float64Array): Uint32Array {
  if (count === 0) return edges.subarray(0, 0);
  for (let i = 0; i < edges.length; i++) values[i] = ranks[edges[i]!]!;
  const least = selectSmallest(values.subarray(0, edges.length), edges.length - count);
  let ties = count;
  for (let i = 0; i < edges.length; i++) if (ranks[edges[i]!]! > least) ties--;
  const others = values;
  let [inside, outside] = [0, 0];
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    const rank = ranks[edge]!;
    if (rank > least || (rank === least && ties-- > 0)) edges[inside++] = edge;
    else others[outside++] = edge;
  }
  edges.set(others.subarray(0, outside), count);
  return edges.subarray(0, count);
}

/** The number that stands at a place of the values in ascending order, by Hoare's selection; it changes their order. */
function selectSmallest(values: Float64Array, place: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = median(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let [low, high] = [left, right];
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const kept = values[low]!;
      values[low++] = values[high]!;
      values[high--] = kept;
    }
    if (place <= high) right = high;
    else if (place >= low) left = low;
    else break;
  }
  return values[place]!;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/**
 * What circuits of the edges of largest absolute score rank them by.
 *
 * @param ranks written to; by default a new array
 */
export function magnitudes(scores: Float64Array, ranks = new Float64Array(scores.length)): Float64Array {
  for (let edge = 0; edge < ranks.length; edge++) ranks[edge] = Math.abs(scores[edge]!);
  return ranks;
}
