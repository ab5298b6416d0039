import type { TargetResult } from "./run-target.ts";

/** Outcomes by target as a table: `ok` first, then what was refused by code, then what may not be. */
export function outcomeTable(results: readonly TargetResult[]): string {
  const found = new Set(results.flatMap(({ outcomes }) => Object.keys(outcomes)));
  const last = ["failure", "hang", "memory", "crash"];
  const codes = [...found].filter((outcome) => outcome !== "ok" && !last.includes(outcome)).sort();
  const columns = ["ok", ...codes, ...last];
  const rows = results.map(({ target, outcomes, seconds, peakMemoryBytes }) => {
    const counts = columns.map((outcome) => outcomes[outcome] ?? 0);
    const cases = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    return [
      target,
      cases,
      ...counts,
      seconds > 0 ? Math.round(cases / seconds) : "",
      Math.round(peakMemoryBytes / 2 ** 20),
    ];
  });
  const total = ["all", ...[0, ...columns].map((_, i) => rows.reduce((sum, row) => sum + Number(row[i + 1]), 0))];
  const all = [["target", "cases", ...columns, "cases/s of processor time", "peak MiB"], ...rows, [...total, "", ""]];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => String(row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? String(cell).padEnd(widths[0]!) : String(cell).padStart(widths[column]!),
        )
        .join("  "),
    )
    .join("\n");
}
