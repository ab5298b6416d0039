import type { LoadedTask } from "@autocircuit/core";
import {
  algorithmNamed,
  type FindCircuitOptions,
  type FittingWords,
  fittingProblem,
  type TaskOutline,
} from "@autocircuit/discovery";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverCommandOptions } from "./options.ts";

/** What stands for values of one's own. */
const OWN_VALUES: Readonly<Record<string, string>> = {
  edges: "EDGE,EDGE,...",
  knownEdges: "EDGE,EDGE,...",
  circuitSizes: "N,N,...",
};

/** How the command line writes that what the algorithm is told does not fit. */
export function fittingWords({ preset }: Pick<DiscoverCommandOptions, "preset">, subject: string): FittingWords {
  return {
    subject,
    ...(preset !== undefined && { what: `The preset "${preset}"` }),
    give: (option, value = OWN_VALUES[option]!) => `--set ${option}=${value}`,
    another: `choose another --${preset === undefined ? "algorithm" : "preset"}`,
  };
}

/** What is asked of an algorithm, as far as it can fit a model or not. */
export interface AskedOptions {
  readonly find: Pick<FindCircuitOptions, "algorithm">;
  readonly given: Readonly<Record<string, unknown>>;
  readonly words: FittingWords;
}

/**
 * Checks that what the algorithm is told fits a model and what is known of it.
 *
 * @throws UsageError saying what to give instead
 */
export function requireFitting({ find, given, words }: AskedOptions, task: LoadedTask | TaskOutline): void {
  // Options without an algorithm are ACDC's; without either what is chosen fits.
  const algorithm = algorithmNamed(find.algorithm ?? "acdc")!;
  const problem = fittingProblem({ algorithm, options: given }, task, words);
  if (problem !== undefined) throw new UsageError(problem);
}
