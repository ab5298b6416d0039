/**
 * Mean Jaccard index over all pairs of circuits of one size. Edges that are in all of them, or in none, are counted once for all pairs; of the others
 * every circuit has a bit for each.
 *
 * @param circuits lists of edges, of which the first `size` are the circuit
 */
export function meanJaccard(circuits: readonly Uint32Array[], size: number, edgeCount: number): number {
  const times = new Uint32Array(edgeCount);
  for (const circuit of circuits) for (let place = 0; place < size; place++) times[circuit[place]!]!++;
  const bits = new Int32Array(edgeCount).fill(-1);
  let [always, varied] = [0, 0];
  for (let edge = 0; edge < edgeCount; edge++) {
    if (times[edge] === circuits.length) always++;
    else if (times[edge]! > 0) bits[edge] = varied++;
  }
  const words = Math.ceil(varied / 32);
  const members = new Int32Array(circuits.length * words);
  for (const [i, circuit] of circuits.entries())
    for (let place = 0; place < size; place++) {
      const bit = bits[circuit[place]!]!;
      if (bit >= 0) members[i * words + (bit >> 5)]! |= 1 << (bit & 31);
    }
  let sum = 0;
  for (let i = 0; i < circuits.length; i++)
    for (let j = i + 1; j < circuits.length; j++) {
      const shared = always + sharedBits(members, i * words, j * words, words);
      sum += shared / (2 * size - shared);
    }
  return sum / ((circuits.length * (circuits.length - 1)) / 2);
}

function sharedBits(members: Int32Array, a: number, b: number, words: number): number {
  let count = 0;
  for (let word = 0; word < words; word++) count += bitsOf(members[a + word]! & members[b + word]!);
  return count;
}

/** How many bits of a word are set, by halves (Warren, Hacker's Delight, 5-1). */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
