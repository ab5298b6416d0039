import type { GgufFile } from "../gguf-file.ts";
import type { Architecture } from "./architecture.ts";
import { gemma2, gemma3 } from "./gemma.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { qwen2, qwen3 } from "./qwen.ts";

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [gpt2, llama, qwen2, qwen3, gemma2, gemma3].map((architecture) => [architecture.name, architecture]),
);

/**
 * The architecture of a file.
 *
 * @throws AutocircuitError `bad-file` naming it and the known ones; for adapters and what else is no model
 */
export function architectureOf({ metadata }: GgufFile): Architecture {
  const type = metadata.string("general.type", "model");
  if (type !== "model")
    throw metadata.fail("general.type", "is no model: name the file of the model that it belongs to");
  const architecture = ARCHITECTURES.get(metadata.string("general.architecture"));
  if (architecture) return architecture;
  const known = [...ARCHITECTURES.keys()].join(", ");
  throw metadata.fail("general.architecture", `is not one of the architectures that are read from GGUF (${known})`);
}
