import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectClose, numbers } from "../../test/close-to.ts";
import { huggingFace } from "../../test/fixtures.ts";
import { ggufOfFolder } from "../../test/gguf-of-folder.ts";
import { randomCheckpoint } from "../../test/random-checkpoint.ts";
import { smallFamilies } from "../../test/small-families.ts";
import { loadTransformer } from "../load-transformer.ts";
import { readConfig } from "../read-config.ts";
import { decode } from "../safetensors/decode.ts";
import { SafetensorsFile } from "../safetensors/safetensors-file.ts";

const raw = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterAll(() => rm(scratch, { recursive: true }));

async function logitsOf(path: string, ids: readonly number[][], options: object = raw): Promise<number[]> {
  const { transformer } = await loadTransformer(path, options);
  using _ = transformer;
  using tokens = Tensor.from(ids, { dtype: "int64" });
  const { logits } = await transformer.forward({ tokens });
  return numbers(logits!);
}

describe.each(["gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"])("%s", (family) => {
  it("in GGUF computes what transformers computes", async () => {
    const path = join(scratch, `${family}.gguf`);
    await writeFile(path, await ggufOfFolder(huggingFace(family)));
    const { tokens } = JSON.parse(readFileSync(`${huggingFace(family)}/inputs.json`, "utf8"));
    await using file = await SafetensorsFile.open(`${huggingFace(family)}/expected.safetensors`);
    const expected = decode(await file.read("logits"), "F32") as Float32Array;
    const { sliding_window: window } = JSON.parse(readFileSync(`${huggingFace(family)}/config.json`, "utf8"));
    // llama.cpp does no window in a Mistral, so that what transformers computes is the same as far as the window reaches.
    const positions = family === "mistral" ? window : tokens[0].length;
    const vocabulary = expected.length / tokens.flat().length;
    const seen = tokens.flatMap((prompt: number[], i: number) => {
      const start = i * prompt.length * vocabulary;
      return [...expected.subarray(start, start + positions * vocabulary)];
    });
    const prompts = tokens.map((prompt: number[]) => prompt.slice(0, positions));
    expectClose(await logitsOf(path, prompts), seen, 1e-5);
  });
});

/** What GGUF has no words for. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  gpt2: ["scale_attn_by_inverse_layer_idx"],
  qwen2: ["use_sliding_window", "sliding_window", "max_window_layers"],
};

describe.each(["gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"])("%s of every kind", (family) => {
  it("is the same in GGUF and in its folder, processed or not", async () => {
    const config: Record<string, unknown> = Object.fromEntries(
      Object.entries({ model_type: family, ...smallFamilies[family]!.config }).filter(
        ([key]) => !WITHOUT[family]?.includes(key),
      ),
    );
    // In a GGUF file a Mistral is a Llama, which llama.cpp gives no window.
    if (family === "mistral") config.sliding_window = null;
    await using checkpoint = await randomCheckpoint(config, 7);
    const path = join(scratch, `${family}-random.gguf`);
    await writeFile(path, await ggufOfFolder(checkpoint.folder));
    const [found, expected] = [await readConfig(path), await readConfig(checkpoint.folder)];
    expect({ ...found, rotary: undefined, eps: 0, attnScale: 0 }).toEqual({
      ...{ ...expected, rotary: undefined, eps: 0, attnScale: 0 },
    });
    expect(found.attnScale).toBeCloseTo(expected.attnScale, 6);
    const tokens = [[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]];
    for (const options of [raw, {}])
      expectClose(await logitsOf(path, tokens, options), await logitsOf(checkpoint.folder, tokens, options), 3e-5);
  });
});
