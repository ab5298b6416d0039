/** Most points of a curve: more cost time and show nothing more. */
const MOST = 25;
/** Points at three levels of detail, the coarsest first. */
const LEVELS = [9, 14, MOST] as const;

/**
 * Sizes at growing levels of detail, each with those of the level before: about evenly spread on a logarithmic axis, because few edges
 * tell most and cost least.
 *
 * @param sizes sizes that can be reached, ascending
 * @param always sizes that every level has, where they are among `sizes`
 */
export function sizeLevels(sizes: readonly number[], always: readonly number[] = []): number[][] {
  const chosen = new Set(always.filter((size) => sizes.includes(size)));
  return LEVELS.map((count) => {
    for (const size of spread(sizes, count)) chosen.add(size);
    return [...chosen].sort((a, b) => a - b);
  });
}

function spread(sizes: readonly number[], count: number): number[] {
  if (sizes.length <= count) return [...sizes];
  const low = Math.log1p(sizes[0]!);
  const step = (Math.log1p(sizes.at(-1)!) - low) / (count - 1);
  const near = (wish: number) =>
    sizes.reduce((best, size) => (Math.abs(Math.log1p(size) - wish) < Math.abs(Math.log1p(best) - wish) ? size : best));
  return Array.from({ length: count }, (_, i) => near(low + i * step));
}
