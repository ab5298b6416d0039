/**
 * All sequences of `length` items over `alphabet`, the last position varying fastest.
 *
 * @example
 * allSequences(["a", "b"], 2); // [["a","a"], ["a","b"], ["b","a"], ["b","b"]]
 */
export function allSequences<T>(alphabet: readonly T[], length: number): T[][] {
  let sequences: T[][] = [[]];
  for (let i = 0; i < length; i++) sequences = sequences.flatMap((start) => alphabet.map((item) => [...start, item]));
  return sequences;
}
