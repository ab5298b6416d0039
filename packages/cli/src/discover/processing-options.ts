import type { ProcessingOptions } from "@autocircuit/models";
import { kebabOf } from "../support/flag-of.ts";
import { PROCESSING_STEPS } from "../support/names.ts";
import { UsageError } from "../support/usage-error.ts";

/**
 * The weight processing that `--processing` asks for: just the steps named; undefined without the option, where the loader chooses.
 *
 * @throws UsageError for "none" together with steps
 */
export function processingOptions(names: readonly string[] | undefined): ProcessingOptions | undefined {
  if (names === undefined) return undefined;
  if (names.includes("none") && names.length > 1)
    throw new UsageError(`--processing ${names.join(",")}: either none, or steps.`);
  return Object.fromEntries(PROCESSING_STEPS.map((step) => [step, names.includes(kebabOf(step))]));
}
