/** Resamples whose means are made together: every block of scores is read once for all of them. */
export const TOGETHER = 32;

/** Edges of a block: the scores of a hundred prompts for so many stay in the cache. */
const BLOCK = 512;

/** Rows that are added in one go. */
const ROWS = 8;

/**
 * Mean scores of the prompts that each resample drew, in a unit: see `scoreUnit`. Scores are added in the order in which they were drawn, so that equal
 * edges have equal means to the last bit and those that tie go by their numbers.
 *
 * @param perPrompt scores of each prompt alone, `[prompt][edge]`
 * @param draws the prompts of each resample
 * @param into arrays to write the first means to; for others new ones are made
 */
export function resampledMeans(
  perPrompt: readonly ArrayLike<number>[],
  draws: readonly (readonly number[])[],
  unit = 1,
  into: readonly Float64Array[] = [],
): Float64Array[] {
  const edgeCount = perPrompt[0]!.length;
  const means = draws.map((_, i) => into[i] ?? new Float64Array(edgeCount));
  const block = new Float64Array(perPrompt.length * BLOCK);
  const sums = new Float64Array(BLOCK);
  for (let first = 0; first < edgeCount; first += BLOCK) {
    const count = Math.min(BLOCK, edgeCount - first);
    for (const [prompt, scores] of perPrompt.entries()) copyInto(block, prompt * BLOCK, { scores, first, count });
    for (const [place, drawn] of draws.entries()) {
      addDrawn(sums, block, drawn, count);
      const mean = means[place]!;
      for (let i = 0; i < count; i++) mean[first + i] = (unit * sums[i]!) / drawn.length;
    }
  }
  return means;
}

function copyInto(
  block: Float64Array,
  at: number,
  { scores, first, count }: { scores: ArrayLike<number>; first: number; count: number },
): void {
  if (scores instanceof Float32Array || scores instanceof Float64Array)
    block.set(scores.subarray(first, first + count), at);
  else for (let i = 0; i < count; i++) block[at + i] = scores[first + i]!;
}

/** The sums of the rows that were drawn, one after the other; several in one go, so that a sum is read and written less often. */
function addDrawn(sums: Float64Array, block: Float64Array, drawn: readonly number[], count: number): void {
  sums.fill(0);
  let place = 0;
  for (; place + ROWS <= drawn.length; place += ROWS) {
    const [a, b, c, d, e, f, g, h] = [0, 1, 2, 3, 4, 5, 6, 7].map((row) => drawn[place + row]! * BLOCK) as Eight;
    for (let i = 0; i < count; i++)
      sums[i] =
        sums[i]! +
        block[a + i]! +
        block[b + i]! +
        block[c + i]! +
        block[d + i]! +
        block[e + i]! +
        block[f + i]! +
        block[g + i]! +
        block[h + i]!;
  }
  for (; place < drawn.length; place++) {
    const row = drawn[place]! * BLOCK;
    for (let i = 0; i < count; i++) sums[i]! += block[row + i]!;
  }
}

type Eight = [number, number, number, number, number, number, number, number];
