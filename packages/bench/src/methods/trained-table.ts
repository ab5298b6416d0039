import { type CircuitTestName, circuitTestNames, jaccardText, stableFrom } from "@autocircuit/metrics";
import { markdownTable } from "../docs/markdown-table.ts";
import { secondsText } from "../peers/peers-report.ts";
import type { MethodOnModel } from "./measure-trained.ts";
import type { TrainedReport } from "./run-trained.ts";

/** The report as Markdown: where and when, and a table a model with a row a method. */
export function trainedTable({ date, command, processor, results }: TrainedReport): string {
  return [
    `${date}, ${processor.name}, ${processor.cores} cores (\`${command}\`).`,
    ...results.flatMap(({ model, edgeCount, promptCount, methods, leftOut }) => {
      const tests = circuitTestNames.filter((name) => methods.some((method) => name in method.tests));
      return [
        "",
        `**${model}**: ${edgeCount.toLocaleString("en-US")} edges, ${promptCount} prompts to discover with and as many to measure on.`,
        "",
        ...markdownTable([
          ["method", "edges", "Jaccard", ...tests, "processor time"],
          ...methods.map((method) => row(method, tests)),
        ]),
        ...(leftOut.length > 0 ? ["", `Left out for want of time: ${leftOut.join(", ")}.`] : []),
      ];
    }),
  ].join("\n");
}

function row({ name, size, jaccard, tests, processorSeconds }: MethodOnModel, all: readonly CircuitTestName[]) {
  const stability = jaccard === null ? "-" : `${jaccardText(jaccard)}${jaccard >= stableFrom ? ", stable" : ""}`;
  const verdict = (name: CircuitTestName) => ({ true: "passed", false: "no", null: "-" })[`${tests[name] ?? null}`];
  return [name, size.toLocaleString("en-US"), stability, ...all.map(verdict), secondsText(processorSeconds)];
}
