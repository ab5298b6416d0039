import { AutocircuitError } from "@autocircuit/base";
import { Command } from "commander";
import { machine } from "../machine.ts";
import { writeJson } from "../write-json.ts";
import { formatStudioRows, measureStudio, type StudioRow } from "./measure-studio.ts";
import { studioSubjects } from "./subjects.ts";

interface StudioBenchOptions {
  model?: string;
  prompts?: string;
  json?: string;
  quick?: boolean;
}

/** `bench studio`. */
export function studioCommand(signal: AbortSignal): Command {
  return new Command("studio")
    .description(
      "from a click in the studio to its numbers, one prompt, as the page asks for them, beside a plain pass",
    )
    .option("--model <folder>", "a model of your own too, with --prompts")
    .option("--prompts <file>", "prompt pairs for it")
    .option("--json <file>", "also write the results as JSON")
    .option("--quick", "few clicks on the compiled transformer alone: shows that everything runs")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- studio\n  npm run bench -- studio --model path/to/smollm2 --prompts path/to/ioi.json",
    )
    .action(async ({ model, prompts, json, quick }: StudioBenchOptions) => {
      if ((model === undefined) !== (prompts === undefined))
        throw new AutocircuitError("bad-input", "Give --model and --prompts together, or neither.");
      const own = model !== undefined && prompts !== undefined ? { model, prompts } : undefined;
      const rows: StudioRow[] = [];
      for await (const subject of studioSubjects(own)) {
        process.stderr.write(`${subject.name}\n`);
        try {
          rows.push(...(await measureStudio(subject, quick ? 3 : 20)));
        } finally {
          await subject.free();
        }
        if (quick || signal.aborted) break;
      }
      console.log(formatStudioRows(rows));
      if (json) writeJson(json, { ...machine(), rows });
    });
}
