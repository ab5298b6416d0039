import { markdownTable } from "../docs/markdown-table.ts";
import { secondsText } from "../peers/peers-report.ts";
import { median } from "../statistics.ts";
import type { MethodsReport, TabledResult } from "./run-methods.ts";

/** The report as Markdown: where and when, what was run, and a row a method. */
export function methodsTable({ date, command, processor, promptCount, results }: MethodsReport): string {
  const tasks = results[0]?.tasks ?? [];
  const programs = tasks.map(({ task, knownEdgeCount, edgeCount }) => `${task} (${knownEdgeCount} of ${edgeCount})`);
  return [
    `${date}, ${processor.name}, ${processor.cores} cores (\`${command}\`). Compiled transformers, with the edges of the known circuit and of the graph:`,
    `${programs.join(", ")}; at most ${promptCount} prompts to discover with and as many to measure on.`,
    "",
    ...markdownTable([
      [
        "method",
        "AUROC, mean",
        "least",
        "edges for KL < 1e-3 / known edges, median",
        "most",
        "Jaccard",
        "processor time",
      ],
      ...results.map(row),
    ]),
  ].join("\n");
}

function row({ name, tasks }: TabledResult): string[] {
  const auroc = tasks.map((task) => task.auroc);
  const needing = tasks.filter((task) => task.edgesNeeded !== null);
  const ratios = needing.map(({ edgesNeeded, knownEdgeCount }) => edgesNeeded! / knownEdgeCount);
  const jaccard = tasks.map((task) => task.jaccard).filter((value) => value !== null);
  const of = (values: readonly number[]) => (values.length === 0 ? "-" : mean(values).toFixed(2));
  return [
    name,
    of(auroc),
    Math.min(...auroc).toFixed(2),
    ratios.length === 0 ? "-" : median(ratios).toFixed(2),
    ratios.length === 0 ? "-" : Math.max(...ratios).toFixed(1),
    of(jaccard),
    secondsText(tasks.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0)),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
