import { type LatentUse, latentsProblem } from "@autocircuit/circuits";
import { UsageError } from "./usage-error.ts";

/** Such an option as users write it. */
function flagOf(option: keyof LatentUse): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Refuses options about autoencoders that cannot be, before anything is read.
 *
 * @param prunes whether latents are pruned unless something else is said, as in tasks of autoencoders
 * @throws UsageError
 */
export function requireLatentOptions(use: LatentUse, prunes = false): void {
  const problem = latentsProblem(use, flagOf, prunes);
  if (problem !== undefined) throw new UsageError(problem);
}
