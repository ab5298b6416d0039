import { USUAL_SEED } from "@autocircuit/base";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { type DatasetsCommandOptions, requireFolderName } from "../datasets/datasets-options.ts";
import { wholeNumber } from "../support/parse-options.ts";

/** `autocircuit datasets [NAME]`. */
export function addDatasets(program: Command, context: Context): void {
  program
    .command("datasets")
    .description("write the generated prompt pairs of tracr programs and of the papers' tasks as AutoCircuit JSON")
    .argument("[name]", "one data set of text: ioi, greaterthan, ...; a wrong name lists them (default: all of them)")
    .option(
      "--tokenizer <folder|file|id>",
      "make one for the vocabulary of this model: of words that are one token in it (default: GPT-2's)",
    )
    .option("--count <n>", "prompt pairs of one data set", wholeNumber(1))
    .option("--out <folder>", "where to write (default: datasets; with --tokenizer datasets/MODEL)")
    .option("--seed <n>", "chooses words and corrupt prompts", wholeNumber(), USUAL_SEED)
    .addHelpText(
      "after",
      `
Examples:
  autocircuit datasets
  autocircuit datasets --out data --seed 7
  autocircuit datasets ioi --tokenizer models/llama --count 200`,
    )
    .action(async (name: string | undefined, options: DatasetsCommandOptions) => {
      requireFolderName(options.out);
      if (name === undefined) {
        const { writeDataSets } = await import("../datasets/write-data-sets.ts");
        await writeDataSets(options, context);
      } else {
        const { writeDataSet } = await import("../datasets/write-data-set.ts");
        await writeDataSet(name, options, context);
      }
    });
}
