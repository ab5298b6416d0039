import { formatShare } from "@autocircuit/base";
import type { CrossTask } from "@autocircuit/metrics";
import { table } from "../support/table.ts";

/** The matrix, whose rows are circuits that are ablated and columns the tasks whose score is lost, and why a column has none. */
export function crossLines(cross: CrossTask): string[] {
  const { names, harm, reasons } = cross;
  const share = (value: number) => (Number.isNaN(value) ? "-" : formatShare(value));
  const rows = names.map((name, circuit) => [name, ...harm[circuit]!.map(share)]);
  return [
    "share of the score that is lost without a circuit:",
    table(["without", ...names], rows),
    ...names.flatMap((name, task) => {
      const reason = reasons[task]!;
      return reason === null ? [] : [`note: there is nothing of ${name} to lose: ${reason}.`];
    }),
  ];
}

/** The same for JSON: null where there is nothing to lose. */
export function crossJson(cross: CrossTask) {
  return {
    ...cross,
    harm: cross.harm.map((row) => row.map((share) => (Number.isNaN(share) ? null : share))),
  };
}
