import { join } from "node:path";
import { kind, signature } from "@autocircuit/base";
import { isGguf } from "./gguf/gguf-file.ts";
import { Checkpoint } from "./safetensors/checkpoint.ts";

const check = signature("modelFiles", { folder: kind.text });

/**
 * The files that decide the numbers of a model: its configuration and its weights. The tokenizer's are none of them: its work is in the prompts.
 *
 * @param folder a folder, or a GGUF file, as `resolveModelFolder` gives it
 * @returns paths, in an order that is always the same
 * @throws AutocircuitError `not-found` and `bad-file`, as `loadModel`
 * @example
 * const files = await modelFiles("models/gpt2"); // models/gpt2/config.json, models/gpt2/model.safetensors
 */
export async function modelFiles(folder: string): Promise<string[]> {
  check({ folder });
  if (isGguf(folder)) return [folder];
  await using checkpoint = await Checkpoint.open(folder);
  const weights = new Set(checkpoint.names().map((name) => checkpoint.file(name).path));
  return [join(folder, "config.json"), ...[...weights].sort()];
}
