import { AutocircuitError } from "@autocircuit/base";
import { hookPlace } from "../hooks.ts";

/** What activations are multiplied with before they are encoded: a number, or one for each block, by its number. */
export type Scale = number | readonly number[];

/**
 * The factor that the caller gave for an autoencoder's inputs; undefined where none was.
 *
 * @throws AutocircuitError `bad-input` for a block that no factor was given for
 */
export function givenScale(scale: Scale | undefined, path: string, hookIn: string): number | undefined {
  if (scale === undefined || typeof scale === "number") return scale;
  const { block = -1 } = hookPlace(hookIn);
  if (scale[block] !== undefined) return scale[block];
  throw new AutocircuitError(
    "bad-input",
    `${path}: reads ${hookIn}, and \`autoencoderScale\` has ${scale.length} numbers, for blocks 0 to ${scale.length - 1}. Give one number for all, or one for each block.`,
  );
}
