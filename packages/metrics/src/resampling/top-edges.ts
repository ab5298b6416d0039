/**
 * The edges that rank highest, those of each size before those of the next: the first n of the list are the top n for each of the sizes, among equal
 * ranks those of lower number. Nothing is sorted: each size is selected out of the next larger one.
 *
 * @param ranks a number for each edge
 * @param sizes at least one, ascending, none larger than there are edges
 */
export function topEdges(ranks: Float64Array, sizes: readonly number[]): Uint32Array {
  let edges = new Uint32Array(ranks.length);
  for (let edge = 0; edge < edges.length; edge++) edges[edge] = edge;
  const top = new Uint32Array(sizes.at(-1)!);
  // What a size has beyond the next smaller one stands behind it.
  for (let i = sizes.length - 1; i >= 0; i--) {
    const { chosen, others } = split(ranks, edges, sizes[i]!);
    if (i < sizes.length - 1) top.set(others, sizes[i]!);
    edges = chosen;
  }
  top.set(edges);
  return top;
}

/** The `count` edges that rank highest, and the others, both by their numbers as they were. */
function split(ranks: Float64Array, edges: Uint32Array, count: number) {
  const chosen = new Uint32Array(count);
  const others = new Uint32Array(edges.length - count);
  if (count === 0) return { chosen, others: edges };
  const values = new Float64Array(edges.length);
  for (let i = 0; i < edges.length; i++) values[i] = ranks[edges[i]!]!;
  const least = selectSmallest(values, edges.length - count);
  let ties = count;
  for (let i = 0; i < edges.length; i++) if (ranks[edges[i]!]! > least) ties--;
  let [inside, outside] = [0, 0];
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    const rank = ranks[edge]!;
    if (rank > least || (rank === least && ties-- > 0)) chosen[inside++] = edge;
    else others[outside++] = edge;
  }
  return { chosen, others };
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

/** What circuits of the edges of largest absolute score rank them by. */
export function magnitudes(scores: Float64Array): Float64Array {
  const ranks = new Float64Array(scores.length);
  for (let edge = 0; edge < ranks.length; edge++) ranks[edge] = Math.abs(scores[edge]!);
  return ranks;
}
