import { AutocircuitError, counted } from "@autocircuit/base";
import { readPrompts, type TrainTest } from "@autocircuit/core";
import type { TaskEntry } from "./task-entries.ts";

/**
 * Makes sure that files have as many prompts as a task takes of them.
 *
 * @throws AutocircuitError `bad-input` where there are fewer; as `readPrompts` does for files that are none
 */
export async function requirePrompts(
  { key, batchSize, batchCount }: TaskEntry,
  files: readonly string[],
): Promise<void> {
  if (batchSize === undefined || batchCount === undefined) return;
  const [each, count] = [both(batchSize), both(batchCount)];
  const needed = { train: each.train * count.train, test: each.test * count.test };
  const { prompts } = await readPrompts(files);
  if (needed.train + needed.test <= prompts.length) return;
  throw new AutocircuitError(
    "bad-input",
    `The task ${JSON.stringify(key)} of the plan: \`batchSize\` by \`batchCount\` are ${needed.train} prompts to discover with and ` +
      `${needed.test} to measure on, but there ${prompts.length === 1 ? "is" : "are"} ${counted(prompts.length, "prompt")}. Make them smaller.`,
  );
}

function both(value: TrainTest): { readonly train: number; readonly test: number } {
  return typeof value === "number" ? { train: value, test: value } : value;
}
