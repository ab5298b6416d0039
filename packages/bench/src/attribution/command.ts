import { AutocircuitError } from "@autocircuit/base";
import { Command, Option } from "commander";
import { writeMethodsDocs } from "../docs/write-methods-docs.ts";
import { FULL, QUICK } from "../engine/specs.ts";
import { writeJson } from "../write-json.ts";
import { formatAttributionReport } from "./attribution-report.ts";
import { attributionRuns } from "./methods.ts";
import { methodOf, printAttributionPeak, runAttribution } from "./run-attribution.ts";

interface AttributionCommandOptions {
  only?: string[];
  json?: string;
  docs?: boolean;
  quick?: boolean;
  peak?: string;
}

/** `bench attribution`. */
export function attributionCommand(signal: AbortSignal): Command {
  return new Command("attribution")
    .description(
      "every method of attribution in plain forwards and peak memory, each beside its floor, on GPT-2 small's shape",
    )
    .option("--only <methods...>", "methods to measure, such as eap relp eap-ig-inputs")
    .option("--json <file>", "also write the results as JSON")
    .option("--docs", "also write the table into docs/methods.md")
    .option("--quick", "a small model and few repeats: shows that everything runs")
    .addOption(new Option("--peak <name>", "run one method and print its peak memory").hideHelp())
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- attribution --docs --json attribution.json\n  npm run bench -- attribution --only edge-attribution relp",
    )
    .action(async ({ only, json, docs, quick, peak }: AttributionCommandOptions) => {
      const { forward, repeats } = quick ? QUICK : { ...FULL, repeats: 3 };
      if (peak !== undefined) return printAttributionPeak(forward, peak);
      if (docs && (quick || only))
        throw new AutocircuitError("bad-input", "--docs writes the whole table: leave out --quick and --only.");
      const names = [...new Set(attributionRuns(forward.layers).map(({ name }) => methodOf(name)))];
      const unknown = only?.find((name) => !names.includes(name));
      if (unknown !== undefined)
        throw new AutocircuitError("unknown-name", `There is no method "${unknown}". There are: ${names.join(", ")}.`);
      const report = await runAttribution(forward, {
        peakCommand: { entry: process.argv[1]!, args: ["attribution", ...(quick ? ["--quick"] : []), "--peak"] },
        command: `npm run bench -- ${process.argv.slice(2).join(" ")}`,
        ...{ repeats, only, signal },
        onStep: (text) => process.stderr.write(`${text}\n`),
      });
      const table = formatAttributionReport(report);
      console.log(table);
      if (docs) writeMethodsDocs("cost", table);
      if (json) writeJson(json, report);
    });
}
