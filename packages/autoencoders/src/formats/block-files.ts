import { badFile, counted } from "@autocircuit/base";
import { patternInWords } from "./format.ts";

/**
 * The files of a set in the order of their blocks, as numbers: layer_10 after layer_9.
 *
 * @param pattern its first group is the block's number
 * @throws AutocircuitError `bad-file` when a block is missing
 */
export function blockFiles(folder: string, names: readonly string[], pattern: RegExp): string[] {
  const files: string[] = [];
  for (const name of names) {
    const found = pattern.exec(name);
    if (found && Number(found[1]) < names.length) files[Number(found[1])] = name;
    else if (found) throw badFile(folder, `has ${name}, but not the files of all blocks before it.`);
  }
  if (files.length === 0) throw badFile(folder, `has no file like ${patternInWords(pattern)}.`);
  for (let block = 0; block < files.length; block++) {
    if (files[block] === undefined)
      throw badFile(folder, `has no file of block ${block}, though one of block ${files.length - 1}.`);
  }
  return files;
}

/**
 * Holds that a cross-layer transcoder's block writes to the blocks that there are files of.
 *
 * @throws AutocircuitError `bad-file` when the last ones are missing, or the files are of several transcoders
 */
export function requireBlocks(path: string, written: number, blocks: number): void {
  if (written === blocks) return;
  const advice = written > blocks ? "Fetch the files of all blocks." : "Take the files of one transcoder alone.";
  throw badFile(
    path,
    `is of a cross-layer transcoder of ${counted(written, "block")}, but there are files of ${blocks}. ${advice}`,
  );
}
