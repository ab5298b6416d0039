import { existsSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import { kind, signature } from "@autocircuit/base";

/** A folder of the Hugging Face hub's cache: `models--owner--name/snapshots/COMMIT`. */
const SNAPSHOT = /models--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/;

const check = signature("modelName", { folderOrId: kind.text });

/**
 * What a person calls a model: its name on the hub, or that of its folder or file.
 *
 * @example
 * modelName("models/gpt2"); // gpt2
 */
export function modelName(folderOrId: string): string {
  check({ folderOrId });
  if (!existsSync(folderOrId)) return folderOrId;
  const path = realpathSync(folderOrId);
  const cached = SNAPSHOT.exec(path);
  if (cached) return cached[1]!.replaceAll("--", "/");
  const name = basename(path).replace(/\.\w+$/, (ending) => (/^\.(gguf|safetensors)$/.test(ending) ? "" : ending));
  // A file called after its format says less than the folder it lies in.
  return /^(model|pytorch_model)$/.test(name) ? basename(dirname(path)) : name;
}
