import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isBlockTypes } from "./gguf-block-types.ts";

/** No description of types is longer: other files of the same ending are not read. */
const LONGEST = 2 ** 20;

/**
 * Names of the cases of GGUF blocks in a folder: `NAME.json`, which describes types by their ids and sizes, beside `NAME.safetensors`.
 */
export function findBlockCases(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map(({ name }) => name.slice(0, -".json".length))
    .filter((name) => isBlockCase(join(folder, name)));
}

/** Whether a path without its endings names such a case. */
export function isBlockCase(path: string): boolean {
  return existsSync(`${path}.safetensors`) && existsSync(`${path}.json`) && describesBlocks(`${path}.json`);
}

function describesBlocks(path: string): boolean {
  const bytes = readFileSync(path);
  if (bytes.length > LONGEST || !bytes.includes('"types"') || !bytes.includes('"block"')) return false;
  try {
    return isBlockTypes(JSON.parse(bytes.toString("utf8")).types);
  } catch {
    return false;
  }
}
