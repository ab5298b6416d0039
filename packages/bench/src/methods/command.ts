import { basename } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { tracrTasks } from "@autocircuit/circuits";
import { Command, InvalidArgumentError } from "commander";
import { writeMethodsDocs } from "../docs/write-methods-docs.ts";
import { writeJson } from "../write-json.ts";
import { methodsTable } from "./methods-table.ts";
import type { TabledMethod } from "./run-method.ts";
import { runMethods, TABLED } from "./run-methods.ts";
import { nameOf, runTrained } from "./run-trained.ts";
import { trainedTable } from "./trained-table.ts";

interface MethodsCommandOptions {
  only?: string[];
  json?: string;
  docs?: boolean;
  quick?: boolean;
  on?: string[];
  methods?: string[];
  minutes?: number;
}

/** Prompts of each side, and of a run that only shows that everything works: on compiled and on trained models. */
const [PROMPTS, QUICK_PROMPTS, QUICK_TRAINED] = [64, 6, 2];

/** `bench methods`. */
export function methodsCommand(signal: AbortSignal): Command {
  return new Command("methods")
    .description(
      "how well each method finds the circuits of compiled transformers, which are known, and how stable they are",
    )
    .option("--only <tasks...>", "compiled transformers to run, such as tracr-reverse")
    .option(
      "--on <models...>",
      "trained models instead, whose circuits are not known: folders with prompts.json in them, or MODEL,PROMPTS",
    )
    .option("--methods <names...>", "--on: only these, such as clean-corrupted relp")
    .option("--minutes <n>", "--on: begin no method that would end later", minutesOption)
    .option("--json <file>", "also write the results as JSON")
    .option("--docs", "also write the table into docs/methods.md")
    .option("--quick", "one compiled transformer, or with --on few prompts: shows that everything runs")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- methods --docs\n  npm run bench -- methods --only tracr-hist --json hist.json\n  npm run bench -- methods --on path/to/sum path/to/smollm2,ioi.json",
    )
    .action(async ({ only, json, docs, quick, on, methods, minutes }: MethodsCommandOptions) => {
      const onStep = (text: string) => process.stderr.write(`${text}\n`);
      if (on !== undefined) {
        if (only) throw new AutocircuitError("bad-input", "--on names models itself: leave out --only.");
        if (docs && (quick || methods))
          throw new AutocircuitError("bad-input", "--docs writes the whole table: leave out --quick and --methods.");
        const names = on.map((model) => basename(model.split(",")[0]!)).join(" ");
        const report = await runTrained({
          command: [
            `npm run bench -- methods --on ${names}`,
            ...(quick ? ["--quick"] : []),
            ...(methods ? ["--methods", ...methods.map((name) => (name.includes(" ") ? `"${name}"` : name))] : []),
          ].join(" "),
          models: on,
          methods: methods && tabled(methods),
          promptCount: quick ? QUICK_TRAINED : undefined,
          minutes,
          onStep,
          signal,
        });
        show(report, trainedTable(report), { json, docs, marks: "trained" });
        return;
      }
      if (minutes !== undefined) throw new AutocircuitError("bad-input", "--minutes is for --on.");
      if (methods !== undefined) throw new AutocircuitError("bad-input", "--methods is for --on.");
      if (docs && (quick || only))
        throw new AutocircuitError("bad-input", "--docs writes the whole table: leave out --quick and --only.");
      const unknown = only?.find((name) => !Object.hasOwn(tracrTasks, name));
      if (unknown !== undefined)
        throw new AutocircuitError(
          "unknown-name",
          `There is no compiled transformer "${unknown}". There are: ${Object.keys(tracrTasks).join(", ")}.`,
        );
      const report = await runMethods({
        command: `npm run bench -- ${process.argv.slice(2).join(" ")}`,
        tasks: only ?? (quick ? ["tracr-reverse"] : undefined),
        promptCount: quick ? QUICK_PROMPTS : PROMPTS,
        onStep,
        signal,
      });
      show(report, methodsTable(report), { json, docs, marks: "methods" });
    });
}

/** Methods of the table by name. */
function tabled(names: readonly string[]): TabledMethod[] {
  return names.map((name) => {
    const found = TABLED.find((method) => nameOf(method) === name);
    if (found) return found;
    throw new AutocircuitError(
      "unknown-name",
      `There is no method "${name}". There are: ${TABLED.map(nameOf).join("; ")}.`,
    );
  });
}

function minutesOption(text: string): number {
  const minutes = Number(text);
  if (Number.isFinite(minutes) && minutes > 0) return minutes;
  throw new InvalidArgumentError(`"${text}" is no number of minutes above 0.`);
}

/** Prints a table, and writes it and the numbers behind it where that was asked for. */
function show(
  report: object,
  table: string,
  { json, docs, marks }: { json: string | undefined; docs: boolean | undefined; marks: "methods" | "trained" },
): void {
  console.log(table);
  if (json) writeJson(json, report);
  if (docs) writeMethodsDocs(marks, table);
}
