import { UsageError } from "../support/usage-error.ts";

/** Most prompt pairs in a batch, unless another size is asked for. */
const USUAL_BATCH = 32;

/** How prompt pairs are divided. */
export interface Split {
  batchSize: number;
  /** Batches to discover with, and batches to measure on. */
  batches: { train: number; test: number };
}

/** What was asked for. */
export interface SplitOptions {
  batchSize?: number | undefined;
  /** For discovery and for measuring, or one number for both. */
  batches?: readonly number[] | undefined;
}

/**
 * Divides prompt pairs: half of them for discovery, half to measure on, in batches of at most 32 that leave few prompts over.
 *
 * @throws UsageError when there are too few prompts for what was asked
 */
export function splitPrompts(count: number, { batchSize, batches }: SplitOptions): Split {
  if (batches !== undefined && batches.length > 2)
    throw new UsageError(
      `--batches ${batches.join(",")}: give two numbers, batches to discover with and to measure on.`,
    );
  if (count < 2)
    throw new UsageError(
      `There ${count === 1 ? "is 1 prompt pair" : "are no prompt pairs"}. At least 2 are needed: some for discovery, some to measure on.`,
    );
  const [train, test = train] = batches ?? [];
  if (train === undefined || test === undefined) {
    const half = Math.floor(count / 2);
    const size = batchSize ?? Math.floor(half / Math.ceil(half / USUAL_BATCH));
    const fitting = Math.floor(half / size);
    if (fitting === 0)
      throw new UsageError(
        `--batch-size ${size} is more than half of the ${count} prompt pairs. Give at most ${half}.`,
      );
    return { batchSize: size, batches: { train: fitting, test: fitting } };
  }
  const fitting = Math.floor(count / (train + test));
  const size = batchSize ?? Math.min(USUAL_BATCH, fitting);
  if (size === 0 || size > fitting)
    throw new UsageError(
      `${train} + ${test} batches${batchSize === undefined ? "" : ` of ${batchSize}`} need ${(train + test) * Math.max(1, size)} prompt pairs, there are ${count}. Lower --batches or --batch-size.`,
    );
  return { batchSize: size, batches: { train, test } };
}
