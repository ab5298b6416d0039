import { AutocircuitError } from "@autocircuit/base";
import { RaspError } from "@autocircuit/tracr";

/** Counts by outcome. */
export type Outcomes = Record<string, number>;

/** The outcome of an error that may be: its code. Undefined for one that may not. */
export function refusal(error: unknown): string | undefined {
  // An error of the addon that nobody foresaw is no answer to a user's mistake.
  if (error instanceof AutocircuitError) return error.code === "native" ? undefined : error.code;
  return error instanceof RaspError ? `rasp ${error.code}` : undefined;
}

/** Adds counts up. */
export function addOutcomes(sum: Outcomes, more: Outcomes): void {
  for (const [outcome, count] of Object.entries(more)) sum[outcome] = (sum[outcome] ?? 0) + count;
}
