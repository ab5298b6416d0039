import { AutocircuitError } from "@autocircuit/base";
import { Command, Option } from "commander";
import { writeGrowthDocs } from "../docs/write-growth-docs.ts";
import { writeJson } from "../write-json.ts";
import { fullAxes, type GrowthAxis, type GrowthPoint, quickAxes } from "./axes.ts";
import { formatGrowthReport } from "./growth-report.ts";
import { measurePoint } from "./measure-point.ts";
import { runGrowth } from "./run-growth.ts";

interface GrowthCommandOptions {
  only?: readonly string[];
  json?: string;
  docs?: boolean;
  quick?: boolean;
  point?: string;
}

/** `bench growth`. */
export function growthCommand(signal: AbortSignal): Command {
  return new Command("growth")
    .description(
      "time and memory as prompts, their length, blocks, heads and patched edges grow, each beside its floor",
    )
    .option("--only <axes...>", "axes to measure: prompts, length, blocks, heads, edges")
    .option("--json <file>", "also write the results as JSON")
    .option("--docs", "also keep the results in docs/measurements and draw docs/growth.md from all that are there")
    .option("--quick", "small models and few points: shows that everything runs")
    .addOption(new Option("--point <json>", "measure one point and print its results").hideHelp())
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- growth --json growth.json\n  npm run bench -- growth --only prompts heads",
    )
    .action(async ({ only, json, docs, quick = false, point }: GrowthCommandOptions) => {
      if (point !== undefined) {
        console.log(JSON.stringify(await measurePoint(JSON.parse(point) as GrowthPoint, quick)));
        return;
      }
      if (docs && (quick || only)) {
        throw new AutocircuitError(
          "bad-input",
          "--docs replaces the pictures of this processor: leave out --quick and --only.",
        );
      }
      const axes = chosen(quick ? quickAxes() : fullAxes(), only);
      const minutes = Math.ceil(axes.reduce((sum, { expected }) => sum + expected, 0) / 60);
      console.error(`about ${minutes} min on two cores of 2021 (AMD Zen 3)`);
      const report = await runGrowth(axes, {
        pointCommand: { entry: process.argv[1]!, args: ["growth", ...(quick ? ["--quick"] : []), "--point"] },
        command: `npm run bench -- ${process.argv.slice(2).join(" ")}`,
        onStep: (text) => process.stderr.write(`${text}\n`),
        onReport: (soFar) => json && writeJson(json, soFar),
        signal,
      });
      console.log(formatGrowthReport(report));
      if (docs) await writeGrowthDocs(report);
    });
}

function chosen(axes: readonly GrowthAxis[], only: readonly string[] | undefined): readonly GrowthAxis[] {
  const unknown = only?.filter((name) => !axes.some((axis) => axis.name === name)) ?? [];
  if (unknown.length > 0) {
    const names = axes.map(({ name }) => name).join(", ");
    throw new AutocircuitError("unknown-name", `There is no axis ${unknown.join(", ")}. There are: ${names}.`);
  }
  return only === undefined ? axes : axes.filter(({ name }) => only.includes(name));
}
