import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { numbers } from "../../test/close-to.ts";
import { ggufFixture } from "../../test/fixtures.ts";
import {
  f32,
  floats,
  type GgufValue,
  ggufBytes,
  numbers as list,
  text,
  texts,
  u32,
  type WrittenTensor,
} from "../../test/gguf-bytes.ts";
import { loadModel } from "../load-model.ts";
import { loadParts } from "../load-parts.ts";
import { readConfig } from "../read-config.ts";
import type { TextTokenizer } from "../tokenizer/text-tokenizer.ts";
import { ggufSummary } from "./model-config.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A Llama of one layer with one head of four numbers. */
const metadata: Readonly<Record<string, GgufValue>> = {
  "general.architecture": text("llama"),
  "general.name": text("Tiny"),
  "llama.block_count": u32(1),
  "llama.context_length": u32(8),
  "llama.embedding_length": u32(4),
  "llama.feed_forward_length": u32(6),
  "llama.attention.head_count": u32(1),
  "llama.attention.layer_norm_rms_epsilon": f32(1e-5),
};
const filled = (name: string, ...shape: number[]): WrittenTensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return floats(
    name,
    shape,
    Float32Array.from({ length: size }, (_, i) => (i % 5) / 4),
  );
};
const tensors: readonly WrittenTensor[] = [
  filled("token_embd.weight", 7, 4),
  filled("output_norm.weight", 4),
  filled("blk.0.attn_norm.weight", 4),
  ...["q", "k", "v", "output"].map((part) => filled(`blk.0.attn_${part}.weight`, 4, 4)),
  filled("blk.0.ffn_norm.weight", 4),
  filled("blk.0.ffn_gate.weight", 6, 4),
  filled("blk.0.ffn_up.weight", 6, 4),
  filled("blk.0.ffn_down.weight", 4, 6),
];

async function written(
  change: Readonly<Record<string, GgufValue>> = {},
  parts: readonly WrittenTensor[] = tensors,
): Promise<string> {
  const path = join(scratch, "tiny.gguf");
  await writeFile(path, ggufBytes({ ...metadata, ...change }, parts));
  return path;
}

it("loads, and is described", async () => {
  const path = await written();
  using model = await loadModel(path);
  expect(model.config).toMatchObject({ layers: 1, heads: 1, kvHeads: 1, dHead: 4, dVocab: 7, context: 8 });
  expect(await ggufSummary(path)).toBe("llama (Tiny), GGUF, F32");
});

it("turns rows of queries and keys from neighbours to halves, and ties the unembedding", async () => {
  const rows = Float32Array.from({ length: 16 }, (_, i) => Math.floor(i / 4));
  const path = await written({}, [
    ...tensors.filter(({ name }) => !name.includes("attn_q")),
    floats("blk.0.attn_q.weight", [4, 4], rows),
  ]);
  const { weights } = await loadParts(path, { foldLn: false, centerWritingWeights: false, centerUnembed: false });
  using owned = weights;
  // [1, d_model, d_head]
  expect((await numbers(owned.get("blocks.0.attn.W_Q"))).slice(0, 4)).toEqual([0, 2, 1, 3]);
  expect(owned.get("unembed.W_U").shape).toEqual([4, 7]);
});

it("leaves out models for images", async () => {
  using model = await loadModel(await written({}, [...tensors, filled("v.patch_embd.weight", 4)]));
  expect(model.config.layers).toBe(1);
});

it.each(["llama", "gemma3"] as const)("the small file of %s computes numbers and reads text", async (name) => {
  using model = await loadModel(ggufFixture(name));
  const tokens = (model.tokenizer as TextTokenizer).encode("ab a cab");
  using logits = await model.forward(Tensor.from([tokens], { dtype: "int64" }));
  expect((await numbers(logits)).every(Number.isFinite)).toBe(true);
});

describe("refuses", () => {
  const without = (name: string) => tensors.filter((tensor) => tensor.name !== name);
  const instead = (tensor: WrittenTensor) => [...without(tensor.name), tensor];
  it.each<[string, Record<string, GgufValue>, readonly WrittenTensor[] | undefined, RegExp]>([
    [
      "an architecture that is not known",
      { "general.architecture": text("mamba") },
      undefined,
      /`general.architecture` is "mamba", which is not one of the architectures that are read from GGUF \(gpt2, llama, /,
    ],
    [
      "what is no model",
      { "general.type": text("adapter") },
      undefined,
      /`general\.type` is "adapter", which is no model: name the file of the model that it belongs to\.$/,
    ],
    ["a type that is a number", { "general.type": u32(1) }, undefined, /`general\.type` is 1, which is not a string/],
    [
      "an unembedding of other rows than the embedding",
      { "tokenizer.ggml.tokens": texts(["a", "b", "c"]) },
      [...instead(filled("token_embd.weight", 5, 4)), filled("output.weight", 7, 4)],
      /token_embd\.weight has 5 rows and output\.weight 7: both must have one for each token; the tokenizer has 3 tokens\.$/,
    ],
    [
      "a list where a number belongs, in a few words",
      { "llama.attention.head_count": list("i32", new Array(49_152).fill(1)) },
      undefined,
      /`llama\.attention\.head_count` is a list of 49,152 numbers, which is not a number\.$/,
    ],
    [
      "a text where a number belongs, cut off",
      { "llama.embedding_length": text("x".repeat(10_000)) },
      undefined,
      /^.{1,100}`llama\.embedding_length` is "x{99}…" \(10,000 characters\), which is not a number\.$/,
    ],
    ...[0, -10_000, Number.POSITIVE_INFINITY, Number.NaN].map(
      (base): [string, Record<string, GgufValue>, undefined, RegExp] => [
        `positions of base ${base}`,
        { "llama.rope.freq_base": f32(base) },
        undefined,
        new RegExp(`tiny\\.gguf: \`llama\\.rope\\.freq_base\` is ${base}, which is not a finite number above 0`),
      ],
    ),
    ...[-1, Number.NaN].map((epsilon): [string, Record<string, GgufValue>, undefined, RegExp] => [
      `an epsilon of ${epsilon}`,
      { "llama.attention.layer_norm_rms_epsilon": f32(epsilon) },
      undefined,
      new RegExp(
        `tiny\\.gguf: \`llama\\.attention\\.layer_norm_rms_epsilon\` is ${epsilon}, which is not a finite number of at`,
      ),
    ]),
    [
      "a multiplier of cos and sin without YaRN",
      { "llama.rope.scaling.attn_factor": f32(1.5) },
      undefined,
      /`llama\.rope\.scaling\.attn_factor` is 1\.5, which this engine does not do/,
    ],
    [
      "a multiplier of cos and sin of positions that are stretched",
      { "llama.rope.scaling.factor": f32(4), "llama.rope.scaling.yarn_attn_factor": f32(2) },
      undefined,
      /`llama\.rope\.scaling\.yarn_attn_factor` is 2, which this engine does not do/,
    ],
    [
      "positions that are stretched backwards",
      { "llama.rope.scaling.factor": f32(-4) },
      undefined,
      /`llama\.rope\.scaling\.factor` is -4, which is not a finite number above 0/,
    ],
    [
      "more blocks than any model has, by its own key",
      { "llama.block_count": u32(1e9) },
      undefined,
      /tiny\.gguf: `llama\.block_count` is 1000000000, which is more than the 65536 that any model may have: check the/,
    ],
    [
      "wider heads than any model has",
      { "llama.attention.key_length": u32(1e9) },
      undefined,
      /tiny\.gguf: `llama\.attention\.key_length` is 1000000000, which is more than the 65536 that any/,
    ],
    [
      "a missing tensor",
      {},
      without("blk.0.ffn_up.weight"),
      /lacks 1 weight \(blk\.0\.ffn_up\.weight\) that its configuration calls for/,
    ],
    ["no embedding", {}, without("token_embd.weight"), /lacks the tensor token_embd\.weight/],
    [
      "an embedding that is a list",
      {},
      instead(filled("token_embd.weight", 28)),
      /token_embd\.weight has shape \[28\] instead of tokens and width/,
    ],
    [
      "another shape",
      {},
      instead(filled("blk.0.ffn_up.weight", 4, 6)),
      /blk\.0\.ffn_up\.weight is \[4, 6\] instead of \[6, 4\]/,
    ],
    [
      "a type that is not read",
      {},
      instead({ name: "blk.0.ffn_down.weight", shape: [4, 6], type: 35, bytes: new Uint8Array(8) }),
      /stores blk\.0\.ffn_down\.weight as TQ2_0; types that are read are F32, .*IQ4_XS/,
    ],
    [
      "a type from the future",
      {},
      instead({ name: "blk.0.ffn_down.weight", shape: [4, 6], type: 99, bytes: new Uint8Array(8) }),
      /stores blk\.0\.ffn_down\.weight as number 99/,
    ],
    [
      "a weight that nothing reads",
      {},
      [...tensors, filled("blk.0.attn_output.bias", 4)],
      /holds 1 weight \(blk\.0\.attn_output\.bias\) that its configuration has no place for/,
    ],
    [
      "another model's scale",
      { "llama.logit_scale": f32(8) },
      undefined,
      /`llama.logit_scale` is 8, which this engine does not do/,
    ],
    [
      "Gemma's scale in Llama",
      { "llama.attention.scale": f32(0.5) },
      undefined,
      /`llama.attention.scale` is 0.5, which this engine does not do/,
    ],
    [
      "experts",
      { "llama.expert_count": u32(8) },
      undefined,
      /`llama.expert_count` is 8, which this engine does not do/,
    ],
    [
      "part of a head that is turned",
      { "llama.rope.dimension_count": u32(2) },
      undefined,
      /`llama.rope.dimension_count` is 2/,
    ],
    [
      "values of another width",
      { "llama.attention.value_length": u32(2) },
      undefined,
      /`llama.attention.value_length` is 2/,
    ],
    [
      "a scaling that is not known",
      { "llama.rope.scaling.type": text("longrope") },
      undefined,
      /"longrope", which is not none, linear or yarn/,
    ],
    [
      "heads that do not divide the width",
      { "llama.attention.head_count": u32(3) },
      undefined,
      /`llama\.attention\.head_count` is 3, which does not divide `llama\.embedding_length`, 4, and no `llama\.attention\.key_length` says/,
    ],
    [
      "a size that is text",
      { "llama.embedding_length": text("4") },
      undefined,
      /`llama.embedding_length` is "4", which is not a number/,
    ],
    [
      "frequencies divided by nothing",
      {},
      [...tensors, floats("rope_freqs.weight", [2], Float32Array.of(1, 0))],
      /rope_freqs\.weight holds numbers that frequencies cannot be divided by/,
    ],
    [
      "too many divisors",
      {},
      [...tensors, floats("rope_freqs.weight", [3], Float32Array.of(1, 1, 1))],
      /rope_freqs\.weight has 3 numbers; half a head's width, 2, are needed/,
    ],
    ...[Number.NaN, 2.5].map((window): [string, Record<string, GgufValue>, undefined, RegExp] => [
      `a window of ${window}`,
      { "llama.attention.sliding_window": f32(window) },
      undefined,
      new RegExp(`\`llama\\.attention\\.sliding_window\` is ${window}, which is not a positive whole number`),
    ]),
    [
      "a window in Qwen",
      { ...renamed("qwen2"), "general.architecture": text("qwen2"), "qwen2.attention.sliding_window": u32(3) },
      undefined,
      /`qwen2.attention.sliding_window` is 3, which is not done for Qwen/,
    ],
  ])("%s", async (_name, change, parts, message) => {
    const path = await written(change, parts ?? tensors);
    await expect(loadParts(path)).rejects.toMatchObject({ code: "bad-file", message: expect.stringMatching(message) });
  });

  it("a missing key, by its name", async () => {
    const { "llama.context_length": _, ...rest } = metadata;
    const path = join(scratch, "short.gguf");
    await writeFile(path, ggufBytes(rest, tensors));
    await expect(readConfig(path)).rejects.toThrow(/short\.gguf: has no `llama\.context_length`/);
  });

  it("a path that is not there, and says which file a folder holds", async () => {
    await expect(loadParts(join(scratch, "absent.gguf"))).rejects.toThrow(
      /absent\.gguf: does not exist\. Check the path/,
    );
    await written();
    await expect(loadParts(scratch)).rejects.toThrow(/To read the model in GGUF, name the file: .*\w\.gguf$/);
  });
});

describe("rotary positions", () => {
  it("are scaled by YaRN, with llama.cpp's multiplier", async () => {
    const path = await written({
      "llama.rope.scaling.type": text("yarn"),
      "llama.rope.scaling.factor": f32(4),
      "llama.rope.scaling.original_context_length": u32(4),
      "llama.rope.scaling.attn_factor": f32(0.5),
    });
    const { rotary } = await readConfig(path);
    expect(rotary!.scale![0]).toBeCloseTo(0.5 * (1 + 0.1 * Math.log(4)), 6);
  });

  it.each([
    { "llama.rope.scaling.type": text("linear"), "llama.rope.scaling.factor": f32(4) },
    { "llama.rope.scale_linear": f32(4) },
    // As llama.cpp has it: a kind that is not named is linear, and the older key counts where there is no other.
    { "llama.rope.scaling.factor": f32(4) },
    { "llama.rope.scaling.factor": f32(4), "llama.rope.scale_linear": f32(8) },
    { "llama.rope.scaling.factor": f32(4), "llama.rope.scaling.attn_factor": f32(1) },
  ])("are stretched: %j", async (change) => {
    const { rotary } = await readConfig(await written(change as Record<string, GgufValue>));
    expect(rotary!.frequencies[0]).toEqual([1 / 4, 1 / 400]);
  });
});

it.each([
  { "llama.rope.scaling.type": text("none"), "llama.rope.scaling.factor": f32(4) },
  { "llama.rope.scaling.factor": f32(0) },
  { "llama.rope.scaling.type": text("linear") },
])("rotary positions are as they are: %j", async (change) => {
  const { rotary } = await readConfig(await written(change as Record<string, GgufValue>));
  expect(rotary!.frequencies[0]).toEqual([1, 1 / 100]);
});

it("says where the size of the vocabulary is not that of embedding and tokenizer", async () => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const vocabulary = (size: number) => ({ "llama.vocab_size": u32(size), "tokenizer.ggml.tokens": texts(["a", "b"]) });
  const [two] = [filled("token_embd.weight", 2, 4)];
  const rest = tensors.filter(({ name }) => name !== two!.name);
  expect((await readConfig(await written(vocabulary(2), [two!, ...rest]))).dVocab).toBe(2);
  expect(said).not.toHaveBeenCalled();
  expect((await readConfig(await written(vocabulary(9)))).dVocab).toBe(7);
  expect(String(said.mock.calls[0])).toContain(
    "`llama.vocab_size` is 9, but token_embd.weight has 7 rows and the tokenizer 2 tokens: the embedding's rows count",
  );
  said.mockRestore();
});

it("knows no window in a Llama, as llama.cpp, and says where prompts may be longer than one that the file tells of", async () => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const config = async (window: number) => readConfig(await written({ "llama.attention.sliding_window": u32(window) }));
  const plain = await readConfig(await written());
  for (const window of [0, 8]) expect(await config(window)).toEqual(plain);
  expect(said).not.toHaveBeenCalled();
  expect(await config(3)).toEqual(plain);
  expect(String(said.mock.calls[0])).toContain(
    "`llama.attention.sliding_window` is 3, which llama.cpp does not do for llama, nor is it done here: in prompts of more than 3 tokens",
  );
  said.mockRestore();
});

/** The metadata's keys for another architecture. */
function renamed(architecture: string): Record<string, GgufValue> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key.replace("llama.", `${architecture}.`), value]),
  );
}
