import { badFile, parseJson, shownValue } from "@autocircuit/base";

/** Name of the file that says which shard holds which tensor. */
export const INDEX_FILE = "model.safetensors.index.json";

/**
 * Reads the `weight_map` of a sharded checkpoint: file name to the names of its tensors.
 *
 * A file name must be a plain name: an index that could name files outside its folder could make us read anything.
 *
 * @param text the index file's content
 * @param path named in errors
 * @throws AutocircuitError `bad-file`
 */
export function parseShardIndex(text: string, path: string): Map<string, Set<string>> {
  const shards = new Map<string, Set<string>>();
  for (const [tensor, file] of Object.entries(weightMap(text, path))) {
    if (typeof file !== "string" || !/^[^/\\\0]+\.safetensors$/.test(file)) {
      throw badFile(
        path,
        `tensor ${shownValue(tensor)}: file ${shownValue(file)} is not the name of a .safetensors file in this folder.`,
      );
    }
    const names = shards.get(file);
    if (names) names.add(tensor);
    else shards.set(file, new Set([tensor]));
  }
  if (shards.size === 0) throw badFile(path, "its `weight_map` is empty.");
  return shards;
}

function weightMap(text: string, path: string): object {
  let raw: unknown;
  try {
    raw = parseJson(text);
  } catch (cause) {
    throw badFile(path, `is not JSON: ${(cause as Error).message}.`, { cause });
  }
  const map = typeof raw === "object" && raw !== null && "weight_map" in raw ? raw.weight_map : undefined;
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw badFile(path, "has no `weight_map` object.");
  return map;
}
