import type { MeasuredMachine } from "../machine.ts";
import { bytesText, secondsText } from "../peers/peers-report.ts";
import type { Processor } from "../processor.ts";
import type { GrowthAxis, GrowthMeasure } from "./axes.ts";
import type { GrowthResult } from "./measure-point.ts";

/** A measured point. */
export interface MeasuredPoint {
  x: number;
  results: readonly GrowthResult[];
}

/** A measured axis. */
export interface MeasuredAxis extends Pick<GrowthAxis, "name" | "title"> {
  points: readonly MeasuredPoint[];
}

/** What `bench growth` writes with `--json`. */
export interface GrowthReport {
  date: string;
  command: string;
  machine: MeasuredMachine;
  processor: Processor;
  threads: number;
  versions: Readonly<Record<string, string>>;
  axes: readonly MeasuredAxis[];
}

/** From one point to the next something grew by more than its floor allows. */
export interface SteepStep {
  axis: GrowthAxis["name"];
  measure: GrowthMeasure;
  from: number;
  to: number;
  what: "wall" | "processor time" | "memory";
  /** Growth of what was measured, and of its floor. */
  growth: number;
  floorGrowth: number;
}

/** A step may be worse than its floor's by a quarter. */
export const ALLOWED = 1.25;

const KINDS = [
  ["wall", "seconds", "floorSeconds"],
  ["processor time", "cpuSeconds", "floorCpuSeconds"],
  ["memory", "peakBytes", "floorBytes"],
] as const;

/** The steps that are steeper than {@link ALLOWED} times their floor's. */
export function steepSteps(axes: readonly MeasuredAxis[]): SteepStep[] {
  return axes.flatMap(({ name, points }) =>
    points.slice(1).flatMap((to, i) =>
      to.results.flatMap((after) => {
        const from = points[i]!;
        const before = from.results.find(({ measure }) => measure === after.measure);
        if (!before) return [];
        return KINDS.map(([what, key, floor]) => ({
          axis: name,
          measure: after.measure,
          from: from.x,
          to: to.x,
          what,
          growth: after[key] / before[key],
          floorGrowth: after[floor] / before[floor],
        })).filter(({ growth, floorGrowth }) => growth > ALLOWED * floorGrowth);
      }),
    ),
  );
}

/** The report as lines for people. */
export function formatGrowthReport(report: GrowthReport): string {
  const { name, instructions, cores } = report.processor;
  const steps = steepSteps(report.axes);
  return [
    `${name}, ${instructions}, ${cores} cores, ${report.threads} threads; ${report.date}`,
    ...report.axes.flatMap((axis) => ["", axis.title, ...axis.points.flatMap(pointLines)]),
    "",
    steps.length === 0
      ? `No step grew more than ${ALLOWED} times as much as its floor.`
      : `Steps that grew more than ${ALLOWED} times as much as their floor:`,
    ...steps.map((step) => `  ${stepText(step)}`),
  ].join("\n");
}

/** A steep step in words. */
export function stepText({ axis, measure, from, to, what, growth, floorGrowth }: SteepStep): string {
  const times = (growth / floorGrowth).toFixed(2);
  return `${measure}, ${axis} ${from} to ${to}: ${what} x ${growth.toFixed(2)}, floor x ${floorGrowth.toFixed(2)} (${times})`;
}

function pointLines({ x, results }: MeasuredPoint): string[] {
  const plain = results.find(({ measure }) => measure === "plain");
  return results.map((result) =>
    [
      `${x}`.padStart(7),
      result.measure.padEnd(17),
      secondsText(result.seconds).padStart(9),
      plain ? `${(result.seconds / plain.seconds).toFixed(2)} x plain`.padStart(13) : "",
      `${(result.seconds / result.floorSeconds).toFixed(2)} x floor`.padStart(13),
      `${secondsText(result.cpuSeconds)} processor`.padStart(20),
      `${(result.cpuSeconds / result.floorCpuSeconds).toFixed(2)} x floor`.padStart(13),
      bytesText(result.peakBytes).padStart(10),
      `${(result.peakBytes / result.floorBytes).toFixed(2)} x floor`.padStart(13),
      `+-${(50 * result.spread).toFixed(0)} %`.padStart(7),
    ].join(" "),
  );
}
