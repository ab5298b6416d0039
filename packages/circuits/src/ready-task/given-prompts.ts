import { AutocircuitError } from "@autocircuit/base";
import {
  type FittingPromptsOptions,
  fittingPrompts,
  type PromptInput,
  type PromptSource,
  readPrompts,
  type TrainTest,
} from "@autocircuit/core";

/** Prompts, and how many of them a task takes. */
export interface TaskPrompts {
  readonly prompts: PromptSource;
  readonly batchSize: TrainTest;
  readonly batchCount: TrainTest;
}

/** {@link TaskPrompts} of which some may have been left out. */
export interface GivenPrompts extends TaskPrompts {
  /** What was left out, in words. */
  readonly left: readonly string[];
}

/**
 * Prompts of the user's own in the place of a task's: as many as the task takes, or of fewer all of them, shared out in the same proportion.
 * What does not fill a batch is left out.
 *
 * @param fitting what they must fit; those that do not are left out. Undefined to take them as they are
 * @throws AutocircuitError `not-found` or `bad-file` for a file that cannot be used, `bad-input` for fewer than two prompts
 */
export async function givenPrompts(
  input: PromptInput,
  usual: Pick<TaskPrompts, "batchSize" | "batchCount">,
  fitting?: FittingPromptsOptions,
): Promise<GivenPrompts> {
  const { source: prompts, note } = fitting
    ? await fittingPrompts(input, fitting)
    : { source: await readPrompts(input), note: undefined };
  const left = note === undefined ? [] : [note];
  const [size, count] = [both(usual.batchSize), both(usual.batchCount)];
  const [train, test] = [size.train * count.train, size.test * count.test];
  const { length } = prompts.prompts;
  if (length >= train + test) return { prompts, left, ...usual };
  if (length < 2) {
    throw new AutocircuitError(
      "bad-input",
      `A task needs prompts to find edges with and others to test on, but there is ${length === 1 ? "only 1" : "none"}${note ? ` (${note})` : ""}. Give at least two.`,
    );
  }
  const first = Math.min(length - 1, Math.max(1, Math.round((length * train) / (train + test))));
  const batchSize = { train: Math.min(size.train, first), test: Math.min(size.test, length - first) };
  const batchCount = {
    train: Math.floor(first / batchSize.train),
    test: Math.floor((length - first) / batchSize.test),
  };
  return { prompts, left, batchSize, batchCount };
}

function both(value: TrainTest): { train: number; test: number } {
  return typeof value === "number" ? { train: value, test: value } : value;
}
