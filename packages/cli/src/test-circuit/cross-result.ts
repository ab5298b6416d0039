import { formatNumber, formatShare } from "@autocircuit/base";
import { type CrossTask, nothingToLose } from "@autocircuit/metrics";
import { table } from "../support/table.ts";

/** The matrix, whose rows are circuits that are removed and columns the tasks whose score is lost, and why a column has none. */
export function crossLines(cross: CrossTask): string[] {
  const { names, harm } = cross;
  const share = (value: number) => (Number.isNaN(value) ? "-" : formatShare(value));
  const rows = names.map((name, circuit) => [name, ...harm[circuit]!.map(share)]);
  return [
    "share of the score that is lost without a circuit:",
    table(["without", ...names], rows),
    ...names.flatMap((name, task) => {
      const reason = reasonOf(cross, task);
      return reason === null ? [] : [`note: there is nothing of ${name} to lose: ${reason}.`];
    }),
  ];
}

/** The same for JSON: null, and the reason by task, where there is nothing to lose. */
export function crossJson(cross: CrossTask) {
  return {
    ...cross,
    harm: cross.harm.map((row) => row.map((share) => (Number.isNaN(share) ? null : share))),
    reasons: cross.names.map((_, task) => reasonOf(cross, task)),
  };
}

function reasonOf({ scores, means, nothingToLose: reasons }: CrossTask, task: number): string | null {
  const { full, empty } = means[task]!;
  const [model, ablated] = [full, empty].map(formatNumber);
  switch (reasons[task]!) {
    case null:
      return null;
    case "nothing-ablated":
      return `the model scores ${model} (${scores[task]}) with every edge ablated as with none`;
    case "not-done":
      return nothingToLose({ full, empty }) === "not-done"
        ? `the model does not do that task, its ${scores[task]} is ${model}, and ${ablated} with every edge ablated`
        : `the model does not do that task, its ${scores[task]} is ${model}, not above 0`;
  }
}
