import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { writeWholeSync } from "@autocircuit/base";
import { dataSets, formatPromptFile, textDataSets } from "@autocircuit/circuits";
import type { Context } from "../context.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DatasetsCommandOptions } from "./datasets-options.ts";

/** Writes all generated data sets. @throws UsageError for options that are for one */
export async function writeDataSets(
  { out = "datasets", seed, tokenizer, count }: DatasetsCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  const flag = tokenizer !== undefined ? "--tokenizer" : count !== undefined ? "--count" : undefined;
  if (flag !== undefined)
    throw new UsageError(`${flag} is for one data set: name it. There are ${Object.keys(textDataSets).join(", ")}.`);
  for (const file of dataSets({ seed })) {
    await turn();
    signal.throwIfAborted();
    writeWholeSync(join(out, `${file.task}.json`), formatPromptFile(file));
    print(`${join(out, `${file.task}.json`)}: ${file.prompts.length} prompt pairs`);
  }
}
