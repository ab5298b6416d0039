/** The bounds of equal parts of at most `most` each: `[[0, 3], [3, 6], [6, 8]]` for 8 in parts of 3. */
export function equalParts(count: number, most: number): [start: number, end: number][] {
  const parts = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: parts }, (_, part) => [
    Math.ceil((part * count) / parts),
    Math.ceil(((part + 1) * count) / parts),
  ]);
}
