import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { trainTest } from "../kinds.ts";
import type { TrainTest } from "./train-test.ts";

/** Most prompt pairs of a batch where nobody says how many. */
export const LARGEST_BATCH = 32;

/** How prompt pairs are divided. */
export interface DividedPrompts {
  readonly batchSize: number;
  /** Batches to discover with, and batches to measure on. */
  readonly batchCount: { readonly train: number; readonly test: number };
}

/** What was asked for. */
export interface SplitPromptsOptions {
  readonly batchSize?: number | undefined;
  /** Batches for discovery and for measuring, or one number for both. */
  readonly batchCount?: TrainTest | undefined;
}

const check = signature("splitPrompts", { count: kind.whole }, {
  batchSize: kind.count,
  batchCount: trainTest,
} satisfies KindsOf<SplitPromptsOptions>);

/**
 * Divides prompt pairs: half of them for discovery, half to measure on, in batches of at most 32 that leave few prompts over.
 *
 * @param count prompt pairs that there are
 * @throws AutocircuitError `bad-input` when there are too few prompts for what was asked
 * @example
 * splitPrompts(70); // { batchSize: 17, batchCount: { train: 2, test: 2 } }
 */
export function splitPrompts(count: number, options: SplitPromptsOptions = {}): DividedPrompts {
  check({ count }, options);
  const { batchSize, batchCount } = options;
  if (count < 2)
    throw bad(
      `There ${count === 1 ? "is 1 prompt pair" : "are no prompt pairs"}. At least 2 are needed: some for discovery, some to measure on.`,
    );
  if (batchCount === undefined) {
    const half = Math.floor(count / 2);
    const size = batchSize ?? Math.floor(half / Math.ceil(half / LARGEST_BATCH));
    const fitting = Math.floor(half / size);
    if (fitting === 0)
      throw bad(`\`batchSize: ${size}\` is more than half of the ${count} prompt pairs. Give at most ${half}.`);
    return { batchSize: size, batchCount: { train: fitting, test: fitting } };
  }
  const { train, test } = typeof batchCount === "number" ? { train: batchCount, test: batchCount } : batchCount;
  const fitting = Math.floor(count / (train + test));
  const size = batchSize ?? Math.min(LARGEST_BATCH, fitting);
  if (size === 0 || size > fitting)
    throw bad(
      `${train} + ${test} batches${batchSize === undefined ? "" : ` of ${batchSize}`} need ${(train + test) * Math.max(1, size)} prompt pairs, there are ${count}. Lower \`batchCount\` or \`batchSize\`.`,
    );
  return { batchSize: size, batchCount: { train, test } };
}

function bad(reason: string): AutocircuitError {
  return new AutocircuitError("bad-input", reason);
}
