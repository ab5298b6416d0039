import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { writeWholeSync } from "@autocircuit/base";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit datasets`. */
export function addDatasets(program: Command, { print, signal }: Context): void {
  program
    .command("datasets")
    .description("write the generated prompt pairs of tracr programs and of the papers' tasks as AutoCircuit JSON")
    .option("--out <folder>", "where to write them", "datasets")
    .option("--seed <n>", "chooses words and corrupt prompts", wholeNumber(), 0)
    .addHelpText("after", "\nExamples:\n  autocircuit datasets\n  autocircuit datasets --out data --seed 7")
    .action(async ({ out, seed }: { out: string; seed: number }) => {
      const { dataSets, formatPromptFile } = await import("@autocircuit/circuits");
      for (const file of dataSets({ seed })) {
        await turn();
        signal.throwIfAborted();
        writeWholeSync(join(out, `${file.task}.json`), formatPromptFile(file));
        print(`${join(out, `${file.task}.json`)}: ${file.prompts.length} prompt pairs`);
      }
    });
}
