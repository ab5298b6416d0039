/**
 * The candidates most like `name`, best first: those at a small edit distance, or containing it.
 *
 * @example
 * nearest("tracr-revese", ["tracr-reverse", "tracr-hist"]); // ["tracr-reverse"]
 */
export function nearest(name: string, candidates: readonly string[], count = 3): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.ceil(wanted.length * 0.4));
  return candidates
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) => distance <= limit || (wanted !== "" && candidate.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** "Did you mean ...?" with what exists; for the end of an error message. */
export function suggest(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There is: ${candidates.join(", ")}.`;
}

/** Levenshtein distance, one row at a time. */
function distanceTo(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
