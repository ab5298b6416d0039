import { readFile, rename, writeFile } from "node:fs/promises";
import { memory, synchronize } from "@autocircuit/native";
import { describe, expect, it, vi } from "vitest";
import { expectClose, numbers } from "../test/close-to.ts";
import { editedCheckpoint } from "../test/edited-checkpoint.ts";
import { huggingFace, transformerLens } from "../test/fixtures.ts";
import type { LoadProgress } from "./load-context.ts";
import { type LoadOptions, loadParts } from "./load-parts.ts";
import type { HostTensor } from "./safetensors/encode.ts";
import { SafetensorsFile } from "./safetensors/safetensors-file.ts";
import { writeSafetensors } from "./safetensors/write.ts";

const raw: LoadOptions = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };

/** Renames the tensors of a checkpoint. */
function renameTensors(tensors: Record<string, HostTensor>, to: (name: string) => string): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    delete tensors[name];
    tensors[to(name)] = tensor;
  }
}

/** Adds a tensor of four 8-bit numbers to a file, of a type that is not read. */
async function withInt8(path: string, name: string): Promise<void> {
  const file = await readFile(path);
  const length = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  const data = file.subarray(8 + length);
  header[name] = { dtype: "I8", shape: [4], data_offsets: [data.length, data.length + 4] };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([size, text, data, Buffer.alloc(4)]));
}

/** Fails unless two folders give the same weights. */
async function expectSame(folder: string, reference: string): Promise<void> {
  using ours = (await loadParts(folder, raw)).weights;
  using theirs = (await loadParts(reference, raw)).weights;
  expect(ours.names().sort()).toEqual(theirs.names().sort());
  for (const name of theirs.names()) {
    expect(await numbers(ours.get(name)), name).toEqual(await numbers(theirs.get(name)));
  }
}

describe("loadParts reads what is out there", () => {
  it("checkpoints of the bare model, with buffers", async () => {
    await using edited = await editedCheckpoint(huggingFace("gpt2"), (tensors) => {
      renameTensors(tensors, (name) => name.replace("transformer.", ""));
      tensors["h.0.attn.bias"] = { dtype: "F32", shape: [1], data: Float32Array.of(1) };
    });
    await expectSame(edited.folder, huggingFace("gpt2"));
  });

  it("tied models that store the embedding twice, unless the two differ", async () => {
    const embedding = "transformer.wte.weight";
    await using edited = await editedCheckpoint(huggingFace("gpt2"), (tensors) => {
      tensors["lm_head.weight"] = tensors[embedding]!;
    });
    await expectSame(edited.folder, huggingFace("gpt2"));
    await using other = await editedCheckpoint(huggingFace("gpt2"), (tensors) => {
      const { dtype, shape, data } = tensors[embedding]!;
      tensors["lm_head.weight"] = { dtype, shape, data: (data as Float32Array).map((value) => value + 1) };
    });
    await expect(loadParts(other.folder)).rejects.toThrow("lm_head.weight differs from transformer.wte.weight");
  });

  it("checkpoints with weights that nothing reads, which it notes", async () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      const originals = [huggingFace("gpt2"), transformerLens("gpt2")];
      for (const original of originals) {
        await using edited = await editedCheckpoint(original, (tensors) => {
          tensors["v_head.summary.weight"] = { dtype: "F32", shape: [1, 32], data: new Float32Array(32) };
          tensors["blocks.2.ln2_post.b"] = { dtype: "I64", shape: [1], data: new BigInt64Array(1) };
        });
        await expectSame(edited.folder, original);
        const notes = said.mock.calls.map(([text]) => String(text)).filter((text) => text.includes(edited.folder));
        expect(notes).toEqual([
          expect.stringMatching(/2 weights \((v_head\.summary\.weight|blocks\.2\.ln2_post\.b), .*\) not read/),
        ]);
      }
    } finally {
      said.mockRestore();
    }
  });

  it("checkpoints with buffers of types that are not read, silently where they follow from the configuration", async () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      await using edited = await editedCheckpoint(huggingFace("llama"), () => {});
      const path = `${edited.folder}/model.safetensors`;
      await withInt8(path, "model.layers.0.self_attn.rotary_emb.inv_freq");
      await expectSame(edited.folder, huggingFace("llama"));
      expect(said.mock.calls.filter(([text]) => String(text).includes(edited.folder))).toEqual([]);
      await withInt8(path, "model.layers.9.self_attn.q_proj.weight");
      await expectSame(edited.folder, huggingFace("llama"));
      expect(String(said.mock.lastCall?.[0])).toContain("1 weight (model.layers.9.self_attn.q_proj.weight) not read");
      const shard = `${edited.folder}/model-00001-of-00001.safetensors`;
      await rename(path, shard);
      await using file = await SafetensorsFile.open(shard);
      const names = [...file.tensors.keys(), ...file.unread.keys()];
      const weight_map = Object.fromEntries(names.map((name) => [name, "model-00001-of-00001.safetensors"]));
      await writeFile(`${edited.folder}/model.safetensors.index.json`, JSON.stringify({ weight_map }));
      await expectSame(edited.folder, huggingFace("llama"));
    } finally {
      said.mockRestore();
    }
  });

  it("an unembedding of its own", async () => {
    await using edited = await editedCheckpoint(huggingFace("gpt2"), (tensors, config) => {
      const { dtype, shape, data } = tensors["transformer.wte.weight"]!;
      tensors["lm_head.weight"] = { dtype, shape, data: (data as Float32Array).map((value) => value + 1) };
      config.tie_word_embeddings = false;
    });
    using weights = (await loadParts(edited.folder, raw)).weights;
    using expected = weights.get("embed.W_E").add(1).transpose(0, 1);
    expect(await numbers(weights.get("unembed.W_U"))).toEqual(await numbers(expected));
  });

  it("scores divided by the layer's number, in both layouts", async () => {
    const divided = (_: unknown, config: Record<string, unknown>) => {
      config.scale_attn_by_inverse_layer_idx = true;
    };
    for (const original of [huggingFace("gpt2"), transformerLens("gpt2")]) {
      await using edited = await editedCheckpoint(original, divided);
      using ours = (await loadParts(edited.folder, raw)).weights;
      using plain = (await loadParts(original, raw)).weights;
      for (const [layer, divisor] of [1, 2].entries()) {
        for (const name of [`blocks.${layer}.attn.W_Q`, `blocks.${layer}.attn.b_Q`]) {
          using expected = plain.get(name).div(divisor);
          expect(await numbers(ours.get(name)), name).toEqual(await numbers(expected));
        }
      }
    }
  });

  it.each(["bfloat16", "float16"] as const)("%s files, computing in float32", async (dtype) => {
    const stored = dtype === "bfloat16" ? "BF16" : "F16";
    await using edited = await editedCheckpoint(huggingFace("llama"), (tensors) => {
      for (const [name, { shape, data }] of Object.entries(tensors)) tensors[name] = { dtype: stored, shape, data };
    });
    using ours = (await loadParts(edited.folder, raw)).weights;
    using plain = (await loadParts(huggingFace("llama"), raw)).weights;
    for (const name of plain.names()) {
      expect(ours.get(name).dtype).toBe("float32");
      using rounded = plain.get(name).to(dtype);
      expect(await numbers(ours.get(name)), name).toEqual(await numbers(rounded));
    }
  });

  it("computes in float64 when asked, and in nothing narrower than float32", async () => {
    using full = (await loadParts(huggingFace("gpt2"))).weights;
    using double = (await loadParts(huggingFace("gpt2"), { dtype: "float64" })).weights;
    expect(double.get("blocks.0.attn.W_Q").dtype).toBe("float64");
    expectClose(await numbers(double.get("unembed.W_U")), await numbers(full.get("unembed.W_U")), 1e-6);
    await expect(loadParts(huggingFace("gpt2"), { dtype: "int64" })).rejects.toThrow(
      "does not compute in int64, but in float32, float64, bfloat16, float16",
    );
  });

  it("leaves TransformerLens weights as they are unless asked", async () => {
    using kept = (await loadParts(transformerLens("gpt2"))).weights;
    expect(kept.has("ln_final.w")).toBe(true);
    using folded = (await loadParts(transformerLens("gpt2"), { foldLn: true })).weights;
    expect(folded.has("ln_final.w")).toBe(false);
  });
});

describe("loadParts refuses", () => {
  it.each<[string, (tensors: Record<string, HostTensor>, config: Record<string, unknown>) => void, string]>([
    [
      "a missing weight",
      (tensors) => delete tensors["transformer.h.1.ln_2.bias"],
      "lacks 1 weight (transformer.h.1.ln_2.bias) that its configuration calls for",
    ],
    [
      "weights that are whole numbers",
      (tensors) => {
        const { shape } = tensors["transformer.h.1.ln_2.bias"]!;
        tensors["transformer.h.1.ln_2.bias"] = { dtype: "U8", shape, data: new Uint8Array(32) };
      },
      "stores transformer.h.1.ln_2.bias as U8; weights are read as F64, F32, F16, BF16. Is the checkpoint quantised?",
    ],
    [
      "a wrong shape",
      (_, config) => {
        config.vocab_size = 98;
      },
      "transformer.wte.weight is [97, 32] instead of [98, 32]",
    ],
    [
      "an unknown architecture",
      (_, config) => {
        config.model_type = "t5";
      },
      'config.json: `model_type` is "t5", which is not one of the known architectures',
    ],
    [
      "a config of no known kind",
      (_, config) => {
        delete config.model_type;
      },
      "neither `model_type` (transformers) nor `n_layers` (TransformerLens)",
    ],
  ])("%s", async (_, edit, message) => {
    await using edited = await editedCheckpoint(huggingFace("gpt2"), edit);
    await expect(loadParts(edited.folder)).rejects.toThrow(message);
    await expect(loadParts(edited.folder)).rejects.toMatchObject({ code: "bad-file" });
  });

  it("a folder that is none", async () => {
    await expect(loadParts("no-such-folder")).rejects.toThrow('"no-such-folder" does not exist as a folder');
    await expect(loadParts(huggingFace("."))).rejects.toThrow("config.json: does not exist. Is this a model's folder?");
  });

  it("one weight under two names", async () => {
    await using edited = await editedCheckpoint(transformerLens("gpt2"), (tensors) => {
      tensors["blocks.0.attn._W_K"] = tensors["blocks.0.attn.W_K"]!;
    });
    await expect(loadParts(edited.folder)).rejects.toThrow("which are one weight");
  });

  it("processing that would change the model", async () => {
    await expect(loadParts(huggingFace("llama"), { centerWritingWeights: true })).rejects.toThrow("needs LayerNorm");
    await expect(loadParts(huggingFace("gemma2"), { centerUnembed: true })).rejects.toThrow("soft cap");
  });

  it("to go on when aborted, and leaves no tensors behind", async () => {
    await synchronize();
    const before = (await memory()).tensors;
    const controller = new AbortController();
    const onProgress = ({ done }: LoadProgress) => done === 5 && controller.abort();
    const loading = loadParts(huggingFace("gpt2"), { signal: controller.signal, onProgress });
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    await expect(loadParts(huggingFace("gemma2"), { centerUnembed: true })).rejects.toThrow();
    await synchronize();
    expect((await memory()).tensors).toBe(before);
  });
});

describe("progress", () => {
  it("names every tensor, then every step", async () => {
    const seen: LoadProgress[] = [];
    using _ = (await loadParts(huggingFace("gpt2"), { onProgress: (progress) => seen.push(progress) })).weights;
    const reading = seen.filter(({ stage }) => stage === "reading");
    expect(reading.map(({ done }) => done)).toEqual(reading.map((_, i) => i));
    expect(reading).toHaveLength(reading[0]!.total);
    expect(seen.filter(({ stage }) => stage === "processing")).toEqual(
      ["foldLn", "centerWritingWeights", "centerUnembed", "foldValueBiases"].map((name, done) => ({
        stage: "processing",
        done,
        total: 4,
        name,
      })),
    );
  });
});

describe("writeSafetensors", () => {
  it("writes engine tensors, whose strides need not be those of the file", async () => {
    using weights = (await loadParts(huggingFace("gpt2"), raw)).weights;
    await using edited = await editedCheckpoint(transformerLens("gpt2"), () => {});
    await writeSafetensors(`${edited.folder}/model.safetensors`, weights.toWeights());
    await expectSame(edited.folder, huggingFace("gpt2"));
  });
});
