import type { ProcessingOptions } from "@autocircuit/models";
import { PROCESSING } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";

/** Options of the loader, in the order of {@link PROCESSING}. */
const STEPS = ["foldLn", "centerWritingWeights", "centerUnembed", "foldValueBiases"] as const;

/**
 * The weight processing that `--processing` asks for: just the steps named; undefined without the option, where the loader chooses.
 *
 * @throws UsageError for "none" together with steps
 */
export function processingOptions(names: readonly string[] | undefined): ProcessingOptions | undefined {
  if (names === undefined) return undefined;
  if (names.includes("none") && names.length > 1)
    throw new UsageError(`--processing ${names.join(",")}: either none, or steps.`);
  return Object.fromEntries(STEPS.map((step, i) => [step, names.includes(PROCESSING[i]!)]));
}
