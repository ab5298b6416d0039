import { AutocircuitError } from "@autocircuit/base";
import { type PromptInput, type PromptSource, readPrompts, type TrainTest } from "@autocircuit/core";

/** Prompts, and how many of them a task takes. */
export interface TaskPrompts {
  readonly prompts: PromptSource;
  readonly batchSize: TrainTest;
  readonly batchCount: TrainTest;
}

/**
 * Prompts of the user's own in the place of a task's: as many as the task takes, or of fewer all of them, shared out in the same proportion.
 * What does not fill a batch is left out.
 *
 * @throws AutocircuitError `not-found` or `bad-file` for a file that cannot be used, `bad-input` for fewer than two prompts
 */
export async function givenPrompts(
  input: PromptInput,
  usual: Pick<TaskPrompts, "batchSize" | "batchCount">,
): Promise<TaskPrompts> {
  const prompts = await readPrompts(input);
  const [size, count] = [both(usual.batchSize), both(usual.batchCount)];
  const [train, test] = [size.train * count.train, size.test * count.test];
  const { length } = prompts.prompts;
  if (length >= train + test) return { prompts, ...usual };
  if (length < 2) {
    throw new AutocircuitError(
      "bad-input",
      `A task needs prompts to find edges with and others to test on, but there is ${length === 1 ? "only 1" : "none"}. Give at least two.`,
    );
  }
  const first = Math.min(length - 1, Math.max(1, Math.round((length * train) / (train + test))));
  const batchSize = { train: Math.min(size.train, first), test: Math.min(size.test, length - first) };
  const batchCount = {
    train: Math.floor(first / batchSize.train),
    test: Math.floor((length - first) / batchSize.test),
  };
  return { prompts, batchSize, batchCount };
}

function both(value: TrainTest): { train: number; test: number } {
  return typeof value === "number" ? { train: value, test: value } : value;
}
