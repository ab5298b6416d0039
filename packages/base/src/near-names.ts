/**
 * The known names most like a misspelt one, nearest first, without repeats: those at a small edit distance, case ignored, or
 * containing it. None that is far off.
 *
 * @param count how many at most
 * @example
 * nearNames("tracr-revese", ["tracr-reverse", "tracr-hist"]); // ["tracr-reverse", "tracr-hist"]
 */
export function nearNames(name: string, known: Iterable<string>, count = 3): string[] {
  const wanted = name.toLowerCase();
  const furthest = Math.max(2, Math.ceil(wanted.length * 0.4));
  return [...new Set(known)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase(), furthest) }))
    .filter(
      ({ candidate, distance }) => distance <= furthest || (wanted !== "" && candidate.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** "Did you mean ...?", or all that exists where nothing comes near, if anything does; for the end of an error's message. */
export function suggest(name: string, known: readonly string[]): string {
  if (known.length === 0) return "There is none.";
  const near = nearNames(name, known);
  return near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There is: ${known.join(", ")}.`;
}

/** Insertions, deletions and replacements that turn `a` into `b`; anything above `limit` counts as `limit + 1`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return Math.min(row[b.length]!, limit + 1);
}
