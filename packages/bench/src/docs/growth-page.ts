import {
  ALLOWED,
  type GrowthReport,
  type MeasuredAxis,
  type MeasuredPoint,
  steepSteps,
  stepText,
} from "../growth/growth-report.ts";
import { bytesText, secondsText } from "../peers/peers-report.ts";
import { growthCurves } from "./growth-curves.ts";
import { slug } from "./kept-reports.ts";
import { markdownTable } from "./markdown-table.ts";

/** The reports as Markdown: for each processor pictures, tables, and the steps that are too steep. */
export function growthPages(reports: readonly GrowthReport[]): string {
  return reports.map(growthPage).join("\n\n");
}

function growthPage(report: GrowthReport): string {
  const { name, instructions, cores } = report.processor;
  const steps = steepSteps(report.axes);
  return [
    `## ${name}, ${instructions}, ${cores} cores`,
    "",
    `${report.date}, ${report.threads} threads, \`${report.command}\`.`,
    ...report.axes.flatMap((axis) => ["", ...axisLines(axis, slug(report.processor))]),
    "",
    steps.length === 0
      ? `No step grew more than ${ALLOWED} times as much as its floor.`
      : `Steps that grew more than ${ALLOWED} times as much as their floor:`,
    ...(steps.length === 0 ? [] : ["", ...steps.map((step) => `- ${stepText(step)}`)]),
  ].join("\n");
}

function axisLines(axis: MeasuredAxis, processor: string): string[] {
  const measures = axis.points[0]!.results.map(({ measure }) => measure);
  return [
    `### ${axis.title}`,
    "",
    ...growthCurves(axis).map(({ name, title }) => `![${title}](images/growth-${processor}-${name}.svg)`),
    "",
    ...markdownTable([[axis.name, ...measures], ...axis.points.map((point) => [`${point.x}`, ...cells(point)])]),
  ];
}

/** `0.49 s (1.2), 834 MiB (1.1)`: in brackets, times the floor. */
function cells({ results }: MeasuredPoint): string[] {
  const plain = results.find(({ measure }) => measure === "plain");
  return results.map((result) => {
    const time = `${secondsText(result.seconds)} (${(result.seconds / result.floorSeconds).toFixed(1)})`;
    const memory = `${bytesText(result.peakBytes)} (${(result.peakBytes / result.floorBytes).toFixed(1)})`;
    const ofPlain = plain && result !== plain ? `, ${(result.seconds / plain.seconds).toFixed(2)} plain` : "";
    return `${time}${ofPlain}, ${memory}`;
  });
}
