import { join } from "node:path";
import { suggest, writeWholeSync } from "@autocircuit/base";
import { formatPromptFile, textDataSets } from "@autocircuit/circuits";
import { gpt2Tokenizer, loadTokenizer, modelName, resolveModelFolder, type TextTokenizer } from "@autocircuit/models";
import type { Context } from "../context.ts";
import { commandLine } from "../support/command-line.ts";
import { synchronously } from "../support/interrupt.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DatasetsCommandOptions } from "./datasets-options.ts";

/** Most prompt pairs: more take minutes to tell apart, and no discovery needs them. */
const MOST = 100_000;

/**
 * Writes one data set, made for a model's vocabulary or for GPT-2's.
 *
 * @throws UsageError for a name that does not exist; AutocircuitError for a folder without a tokenizer, or one with too few words of one token
 */
export async function writeDataSet(
  name: string,
  options: DatasetsCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  const make = Object.hasOwn(textDataSets, name) ? textDataSets[name] : undefined;
  if (!make) throw new UsageError(`There is no data set "${name}". ${suggest(name, Object.keys(textDataSets))}`);
  const { tokenizer: model, seed, count } = options;
  if (count !== undefined && count > MOST)
    throw new UsageError(
      `--count ${count} is more than is made at once: give at most ${MOST.toLocaleString("en-US")}.`,
    );
  const tokenizer = model === undefined ? undefined : await loadTokenizer(await resolveModelFolder(model, { signal }));
  const file = await synchronously(() => ({
    ...make({ seed, ...(count !== undefined && { count }), ...(tokenizer && { tokenizer }) }),
    command: commandLine("datasets", name, options),
  }));
  const folder = options.out ?? (model === undefined ? "datasets" : join("datasets", modelName(model)));
  const path = join(folder, `${name}.json`);
  writeWholeSync(path, await synchronously(() => formatPromptFile(file)));
  const length = file.seq_labels ? `, each of ${tokensOf(file.seq_labels, tokenizer ?? gpt2Tokenizer())}` : "";
  const vocabulary = model === undefined ? "GPT-2" : modelName(model);
  print(`${path}: ${file.prompts.length} prompt pairs for the vocabulary of ${vocabulary}${length}`);
}

/** How long prompts are when they are read: the token that starts a text, which files of text do not hold, is put before them where there is one. */
function tokensOf(labels: readonly string[], { bosId }: Pick<TextTokenizer, "bosId">): string {
  return bosId === null
    ? `${labels.length} tokens`
    : `${labels.length + 1} tokens, the one that starts a text included`;
}
