import type { ConfigReader } from "../config-reader.ts";
import type { Family } from "./family.ts";
import { withFilledConfig } from "./filled-config.ts";
import { gemma2 } from "./gemma2.ts";
import { gemma3Text } from "./gemma3-text.ts";
import { gptNeo } from "./gpt-neo.ts";
import { gptNeox } from "./gpt-neox.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { mistral } from "./mistral.ts";
import { olmo2 } from "./olmo2.ts";
import { opt } from "./opt.ts";
import { qwen2 } from "./qwen2.ts";
import { qwen3 } from "./qwen3.ts";

/** Every architecture of `transformers` that can be loaded, by `model_type`. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map(
  [gpt2, gptNeo, gptNeox, opt, llama, mistral, qwen2, qwen3, gemma2, gemma3Text, olmo2].map((family) => [
    family.modelType,
    withFilledConfig(family),
  ]),
);

/**
 * The families of checkpoints that can be loaded: `model_type` in `config.json`, and words, in small letters, that names of such models have in
 * them. Several families may have the same (`qwen2` and `qwen3`).
 */
export const modelFamilies: readonly Pick<Family, "modelType" | "named">[] = [...FAMILIES.values()].map(
  ({ modelType, named }) => ({ modelType, named }),
);

/**
 * The family a `config.json` belongs to.
 *
 * @throws AutocircuitError `bad-file` naming the architecture and the known ones
 */
export function findFamily(raw: ConfigReader): Family {
  const family = FAMILIES.get(raw.string("model_type"));
  if (!family)
    throw raw.fail("model_type", `is not one of the known architectures (${[...FAMILIES.keys()].join(", ")})`);
  return family;
}
