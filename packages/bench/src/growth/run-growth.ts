import { threads, versions } from "@autocircuit/native";
import { childLine } from "../child-line.ts";
import { machine } from "../machine.ts";
import { processor } from "../processor.ts";
import type { GrowthAxis } from "./axes.ts";
import type { GrowthReport, MeasuredAxis, MeasuredPoint } from "./growth-report.ts";

/** Options of {@link runGrowth}. */
export interface GrowthOptions {
  /** The program and arguments that measure the point named last, as JSON. */
  pointCommand: { entry: string; args: readonly string[] };
  /** Command line, for the report. */
  command: string;
  onStep?: (text: string) => void;
  /** Called with all that is there so far after each point: a run takes many minutes, and may be stopped. */
  onReport?: (report: GrowthReport) => void;
  signal?: AbortSignal;
}

/** Measures every point of the axes, each in a process of its own, and the processor's speed beside it. */
export async function runGrowth(axes: readonly GrowthAxis[], options: GrowthOptions): Promise<GrowthReport> {
  const { pointCommand, command, onStep, onReport, signal } = options;
  const { addon, libtorch, compiler } = versions();
  const report = {
    date: new Date().toISOString().slice(0, 10),
    command,
    machine: machine(),
    processor: processor(),
    threads: threads(),
    versions: { addon, libtorch, compiler, node: process.versions.node },
    axes: [] as MeasuredAxis[],
  };
  for (const { name, title, points } of axes) {
    const measured: MeasuredPoint[] = [];
    report.axes.push({ name, title, points: measured });
    for (const point of points) {
      signal?.throwIfAborted();
      onStep?.(`${point.x} ${title}`);
      const line = await childLine(pointCommand.entry, [...pointCommand.args, JSON.stringify(point)], signal);
      measured.push({ x: point.x, results: JSON.parse(line) });
      onReport?.(report);
    }
  }
  return report;
}
