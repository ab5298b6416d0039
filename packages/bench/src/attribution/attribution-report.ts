import { markdownTable } from "../docs/markdown-table.ts";
import { secondsText } from "../peers/peers-report.ts";
import type { AttributionReport } from "./run-attribution.ts";

/** What was measured, as a table in Markdown with a line above it that says where and when. */
export function formatAttributionReport(report: AttributionReport): string {
  const { date, command, processor, threads, spec, plain, results } = report;
  const { layers, heads, dModel, promptCount, seqLen } = spec;
  const rows = results.map(
    ({ name, seconds, timesPlain, processorTimesPlain, floor, peakBytes, floorBytes, spread }) => [
      name,
      secondsText(seconds),
      `${times(timesPlain)} / ${times(processorTimesPlain)}`,
      times(floor),
      memoryText(peakBytes),
      memoryText(floorBytes),
      `±${(50 * spread).toFixed(0)} %`,
    ],
  );
  const where = `${processor.name}, ${processor.instructions}, ${processor.cores} cores, ${threads} threads, ${date} (\`${command}\`)`;
  const what = `${layers} blocks of ${heads} heads, width ${dModel}, random weights, ${promptCount} prompts of ${seqLen} tokens, float32`;
  return [
    `${where}.`,
    `${what}. A plain forward takes ${secondsText(plain.seconds)} and ${memoryText(plain.peakBytes)}.`,
    "",
    ...markdownTable([
      ["method", "time", "plain forwards, wall / processor", "floor", "peak memory", "floor", "spread"],
      ...rows,
    ]),
  ].join("\n");
}

/** Three digits, whatever the size, so that a column can be read down. */
function times(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function memoryText(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
