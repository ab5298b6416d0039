/**
 * Gives every item of every row a column so that connected items stand near each other. Items keep their order within
 * the row (heads stay sorted by number, so a reader finds them); within that the cheapest columns are exact, found by
 * dynamic programming row by row, up and down a few times.
 *
 * @param rows Item ids, bottom row first, each row in the order it is to keep.
 * @param neighbors Connected items by id; those without a column (bars) may be among them.
 * @param columns Number of columns, at least the longest row.
 * @param joined Items that stand right beside the one before them in their row.
 */
export function assignColumns(
  rows: readonly (readonly number[])[],
  neighbors: ReadonlyMap<number, readonly number[]>,
  columns: number,
  joined: ReadonlySet<number> = new Set(),
): Map<number, number> {
  const column = new Map<number, number>();
  for (const row of rows) {
    const gap = columns / Math.max(row.length, 1);
    place(
      row,
      row.map((_, i) => (i + 0.5) * gap - 0.5),
      columns,
      { joined, column },
    );
  }
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const wish = row.map((id) => {
        const near = (neighbors.get(id) ?? []).flatMap((other) => column.get(other) ?? []);
        return near.length > 0 ? near.reduce((a, b) => a + b, 0) / near.length : column.get(id)!;
      });
      place(row, wish, columns, { joined, column });
    }
  }
  return column;
}

/** Increasing columns with the smallest sum of squared distances to the wishes; those of joined items follow one another. */
function place(
  row: readonly number[],
  wish: readonly number[],
  columns: number,
  { joined, column }: { joined: ReadonlySet<number>; column: Map<number, number> },
): void {
  const isJoined = (i: number) => i > 0 && joined.has(row[i]!);
  // best[c]: cost of the items so far with the last in a column <= c, exact[c] with it in c; choice[i][c]: the column item i then takes.
  let best: number[] = new Array(columns).fill(0);
  let exact: number[] = best;
  const choice: number[][] = [];
  for (let i = 0; i < row.length; i++) {
    const next: number[] = [];
    const here: number[] = [];
    const chosen: number[] = [];
    for (let c = 0; c < columns; c++) {
      const before = c > 0 ? (isJoined(i) ? exact : best)[c - 1]! : i === 0 ? 0 : Number.POSITIVE_INFINITY;
      here.push(before + (c - wish[i]!) ** 2);
      const stay = c > 0 ? next[c - 1]! : Number.POSITIVE_INFINITY;
      next.push(Math.min(here[c]!, stay));
      chosen.push(here[c]! < stay - 1e-9 ? c : (chosen[c - 1] ?? c));
    }
    [best, exact] = [next, here];
    choice.push(chosen);
  }
  let limit = columns - 1;
  for (let i = row.length - 1; i >= 0; i--) {
    const c = isJoined(i + 1) ? limit : choice[i]![limit]!;
    column.set(row[i]!, c);
    limit = c - 1;
  }
}
