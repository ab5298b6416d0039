/**
 * The lines of a table, its first row the heads, with columns as wide as their longest cell: what the formatter of the house
 * leaves as it is.
 */
export function markdownTable([heads, ...rows]: readonly (readonly string[])[]): string[] {
  const widths = heads!.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length), 3));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(heads!), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
