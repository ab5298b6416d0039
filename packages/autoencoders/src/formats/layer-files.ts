import { badFile, counted } from "@autocircuit/base";
import { patternInWords } from "./format.ts";

/**
 * The files of a set in the order of their layers, as numbers: layer_10 after layer_9.
 *
 * @param pattern its first group is the layer's number
 * @throws AutocircuitError `bad-file` when a layer is missing
 */
export function layerFiles(folder: string, names: readonly string[], pattern: RegExp): string[] {
  const files: string[] = [];
  for (const name of names) {
    const found = pattern.exec(name);
    if (found && Number(found[1]) < names.length) files[Number(found[1])] = name;
    else if (found) throw badFile(folder, `has ${name}, but not the files of all layers before it.`);
  }
  if (files.length === 0) throw badFile(folder, `has no file like ${patternInWords(pattern)}.`);
  for (let layer = 0; layer < files.length; layer++) {
    if (files[layer] === undefined)
      throw badFile(folder, `has no file of layer ${layer}, though one of layer ${files.length - 1}.`);
  }
  return files;
}

/**
 * Holds that a cross-layer transcoder's layer writes to the layers that there are files of.
 *
 * @throws AutocircuitError `bad-file` when the last ones are missing, or the files are of several transcoders
 */
export function requireLayers(path: string, written: number, layers: number): void {
  if (written === layers) return;
  const advice = written > layers ? "Fetch the files of all layers." : "Take the files of one transcoder alone.";
  throw badFile(
    path,
    `is of a cross-layer transcoder of ${counted(written, "layer")}, but there are files of ${layers}. ${advice}`,
  );
}
