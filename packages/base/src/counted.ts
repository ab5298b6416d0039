/** A number with what it counts: `1 unit`, `216 units`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
