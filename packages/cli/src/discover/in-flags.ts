import { AutocircuitError } from "@autocircuit/base";
import { UsageError } from "../support/usage-error.ts";

/** What options of the library are called on the command line. */
const FLAG_OF = {
  size: "--size",
  keep: "--keep",
  faithful: "--faithful",
  tries: "--tries",
  seconds: "--budget",
  select: "--select",
  rank: "--rank",
  selectSeconds: "--select-seconds",
  algorithm: "--algorithm",
  ablation: "--ablation",
  byToken: "--by-token",
  circuit: "--circuit",
  batchSize: "--batch-size",
  batches: "--batches",
} as const satisfies Readonly<Record<string, string>>;

/**
 * Does what options of a discovery are given to; what the library refuses is said with the names that they have on the command line.
 *
 * @throws UsageError for what the library refuses as `bad-input` or `unknown-name`; whatever else it throws
 */
export function inFlags<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AutocircuitError) || (error.code !== "bad-input" && error.code !== "unknown-name"))
      throw error;
    throw new UsageError(flagText(error.message), { cause: error.cause });
  }
}

/** `keep` becomes --keep, and `select: "exact"` becomes --select exact. */
function flagText(text: string): string {
  return text.replaceAll(/`(\w+)(?:: "?([^`"]+)"?)?`/g, (written, name: string, value?: string) => {
    if (!Object.hasOwn(FLAG_OF, name)) return written;
    const flag = FLAG_OF[name as keyof typeof FLAG_OF];
    return value === undefined ? flag : `${flag} ${value}`;
  });
}
