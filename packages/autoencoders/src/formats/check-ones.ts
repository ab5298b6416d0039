import { badFile } from "@autocircuit/base";
import type { Weights } from "../weights.ts";

/**
 * Passes over a factor for each latent that old files carry, which libraries read only where it changes nothing.
 *
 * @throws AutocircuitError `bad-file` unless it is 1 everywhere
 */
export async function checkOnes(weights: Weights, name: string, latents: number): Promise<void> {
  if (!weights.has(name)) return;
  using factor = await weights.load(name, [latents]);
  using other = factor.ne(1).any();
  if ((await other.item()) === 0) return;
  throw badFile(
    weights.path,
    `has a \`${name}\` that is not 1 for every latent. Fold it into the decoder and leave it out.`,
  );
}
