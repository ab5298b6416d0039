import { type LatentUse, latentsProblem } from "@autocircuit/circuits";
import { inFlagNames } from "./in-flags.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Refuses options about autoencoders that cannot be, before anything is read.
 *
 * @param prunes whether latents are pruned unless something else is said, as in tasks of autoencoders
 * @throws UsageError
 */
export function requireLatentOptions(use: LatentUse, prunes = false): void {
  const problem = latentsProblem(use, prunes);
  if (problem !== undefined) throw new UsageError(inFlagNames(problem));
}
