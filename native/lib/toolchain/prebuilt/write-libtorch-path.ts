import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";

/** What stands in the prebuilt addon where the loader of the system reads LibTorch's folder; see native/cmake/prebuilt.cmake. */
const PLACEHOLDER = /\/autocircuit-libtorch_+/;

/**
 * The addon with the folder of LibTorch's libraries written into it. The file keeps its layout: what is left of the placeholder is zeros.
 *
 * @param libtorch the folder that holds `lib`
 * @throws AutocircuitError "addon" when there is no placeholder, or the path is longer
 */
export function writeLibTorchPath(addon: Buffer, libtorch: string): Buffer {
  const lib = Buffer.from(join(libtorch, "lib"));
  const text = addon.toString("latin1");
  const found = PLACEHOLDER.exec(text);
  if (!found)
    throw new AutocircuitError("addon", "The prebuilt addon has no place for LibTorch's path: it is damaged.");
  if (PLACEHOLDER.test(text.slice(found.index + found[0].length)))
    throw new AutocircuitError("addon", "The prebuilt addon has two places for LibTorch's path.");
  if (lib.length > found[0].length || lib.includes(":") || lib.includes("$")) {
    throw new AutocircuitError("addon", `The path ${lib} cannot be written into the prebuilt addon.`);
  }
  const result = Buffer.from(addon);
  result.fill(0, found.index, found.index + found[0].length);
  lib.copy(result, found.index);
  return result;
}
