import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("fixtures", import.meta.url));
const shared = fileURLToPath(new URL("../../../../shared", import.meta.url));

/** A tiny checkpoint with random weights in the layout of `transformers`, and what `transformers` computes with it. */
export const huggingFace = (family: string): string => `${here}/hugging-face/${family}`;

/** Every such checkpoint. */
export const huggingFaceFamilies: readonly string[] = readdirSync(`${here}/hugging-face`).sort();

/** A tiny model with random weights and a tokenizer in GGUF, `llama` in blocks of several types. */
export const ggufFixture = (name: "llama" | "gemma3"): string => `${here}/gguf/${name}.gguf`;

/** The checkpoints `gpt2` and `gpt_neox` after TransformerLens has processed them. */
export const transformerLens = (family: "gpt2" | "gpt_neox" | (typeof transformerLensModels)[number]): string =>
  `${here}/transformer-lens/${family}`;

/** Random models in TransformerLens's layout, one for each thing that only some of its families have, with its own logits. */
export const transformerLensModels = ["gated-bias", "local-rotary", "ntk-by-parts"] as const;

/** Models trained by others, which this repository does not hold a copy of. */
export const trainedModel = (name: string): string => `${shared}/models/${name}`;
