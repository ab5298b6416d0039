/** A token, and one that it looks at: their positions. */
export type Cell = readonly [query: number, key: number];

/** From one label of an axis to the next, at least, in units of the drawing. */
const lineHeight = 11;

/** Which tokens are written at an axis whose cells have this side: all, or every so manieth. */
export function labelledEvery(side: number): number {
  return Math.max(1, Math.ceil(lineHeight / side));
}

/** Where the keyboard begins: the last token, and what it looks at most. */
export function lookedAtMost(rows: readonly (readonly number[])[]): Cell {
  const query = Math.max(0, rows.length - 1);
  const row = rows[query] ?? [];
  return [query, Math.max(0, row.indexOf(Math.max(...row)))];
}

/** The cell that a key leads to; null for another key. */
export function movedCell([query, key]: Cell, name: string, count: number): Cell | null {
  const last = count - 1;
  switch (name) {
    case "ArrowUp":
      return [Math.max(0, query - 1), key];
    case "ArrowDown":
      return [Math.min(last, query + 1), key];
    case "ArrowLeft":
      return [query, Math.max(0, key - 1)];
    case "ArrowRight":
      return [query, Math.min(last, key + 1)];
    case "Home":
      return [query, 0];
    case "End":
      return [query, last];
    default:
      return null;
  }
}
