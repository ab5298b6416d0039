import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Graph } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { caseFolder, cases } from "../../core/test/conformance.ts";
import { expectClose, numbers } from "../test/close-to.ts";
import { editedCheckpoint, hostTensors } from "../test/edited-checkpoint.ts";
import { huggingFace, trainedModel, transformerLens } from "../test/fixtures.ts";
import { ggufOfFolder } from "../test/gguf-of-folder.ts";
import { loadModel, modelFromWeights } from "./load-model.ts";
import { loadTransformer, transformerFromWeights } from "./load-transformer.ts";
import { SafetensorsFile } from "./safetensors/safetensors-file.ts";
import { tensorFromFile } from "./safetensors/tensor-from-file.ts";
import type { HostWeight } from "./transformer-lens/load.ts";

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const prompt = () => Tensor.from([[1, 2, 3, 4, 5]], { dtype: "int64" });

async function hostWeights(folder: string): Promise<Record<string, HostWeight>> {
  const tensors = await hostTensors(`${folder}/model.safetensors`);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as Float32Array) },
    ]),
  );
}

describe("loadTransformer", () => {
  it("gives what graphs are built from", async () => {
    const { transformer, config } = await loadTransformer(huggingFace("llama"));
    using _ = transformer;
    const graph = Graph.of({ layers: 2, heads: 4, kvHeads: 2, attnOnly: false, parallel: false });
    expect(Graph.of(config).equals(graph)).toBe(true);
  });
});

describe("a damaged checkpoint", () => {
  it("is refused, naming the file, its tensor and the place", async () => {
    await using edited = await editedCheckpoint(huggingFace("gpt2"), (tensors) => {
      (tensors["transformer.h.1.mlp.c_fc.bias"]!.data as Float32Array)[3] = Number.NaN;
    });
    await expect(loadTransformer(edited.folder)).rejects.toMatchObject({
      code: "bad-file",
      message: `${join(edited.folder, "model.safetensors")}: tensor "transformer.h.1.mlp.c_fc.bias" holds NaN at flat index 3, where a finite number belongs: the file is damaged. Fetch it anew.`,
      cause: { message: expect.stringContaining("blocks.1.mlp.b_in") },
    });
  });

  it("is refused as GGUF too, by llama.cpp's name of the tensor", async () => {
    await using edited = await editedCheckpoint(huggingFace("llama"), (tensors) => {
      (tensors["model.layers.1.mlp.up_proj.weight"]!.data as Float32Array)[5] = Number.NEGATIVE_INFINITY;
    });
    const path = join(edited.folder, "model.gguf");
    writeFileSync(path, await ggufOfFolder(edited.folder));
    await expect(loadTransformer(path)).rejects.toThrow(
      `${path}: tensor "blk.1.ffn_up.weight" holds -Infinity at flat index 5`,
    );
  });
});

describe("transformerFromWeights", () => {
  it("makes of arrays what loadTransformer makes of the file", async () => {
    const folder = transformerLens("gpt_neox");
    const fromMemory = await transformerFromWeights(json(`${folder}/config.json`), await hostWeights(folder));
    const fromFile = await loadTransformer(folder);
    using a = fromMemory.transformer;
    using b = fromFile.transformer;
    expect(fromMemory.config).toEqual(fromFile.config);
    using tokens = prompt();
    const ours = await a.forward({ tokens });
    const theirs = await b.forward({ tokens });
    expect(await numbers(ours.logits!)).toEqual(await numbers(theirs.logits!));
  });

  it("keeps float64 when asked", async () => {
    const folder = transformerLens("gpt2");
    const { transformer } = await transformerFromWeights(json(`${folder}/config.json`), await hostWeights(folder), {
      dtype: "float64",
    });
    using _ = transformer;
    using tokens = prompt();
    expect((await transformer.forward({ tokens })).logits!.dtype).toBe("float64");
  });

  it("names what does not fit the configuration", async () => {
    const folder = transformerLens("gpt2");
    const { "blocks.1.attn.W_V": _, ...weights } = await hostWeights(folder);
    await expect(transformerFromWeights(json(`${folder}/config.json`), weights)).rejects.toThrow(
      "weights: lacks 1 weight (blocks.1.attn.W_V)",
    );
  });
});

describe("loadModel", () => {
  it("gives a model with the graph that was asked for", async () => {
    using model = await loadModel(huggingFace("gpt2"), { separateQkv: false, outputSlice: "last_seq" });
    expect(model.graph.edgeCount).toBe(1 * 4 + 5 + 6 * 4 + 10 + 11);
    using tokens = prompt();
    using logits = await model.forward(tokens);
    expect(logits.shape).toEqual([1, 97]);
  });

  it("takes weights in memory as well, and frees the transformer when the graph cannot be", async () => {
    const folder = transformerLens("gpt2");
    const weights = await hostWeights(folder);
    using model = await modelFromWeights(json(`${folder}/config.json`), weights, { byToken: true, seqLen: 5 });
    expect(model.graph.seqLen).toBe(5);
    await expect(modelFromWeights(json(`${folder}/config.json`), weights, { byToken: true })).rejects.toThrow("seqLen");
  });
});

describe.skipIf(cases.length === 0)("logits of TransformerLens folders (skipped where the cases are absent)", () => {
  it.each(cases)("%s", async (name) => {
    const folder = caseFolder(name);
    const { transformer } = await loadTransformer(folder);
    using _ = transformer;
    const { prompts } = json(`${folder}/inputs.json`) as { prompts: Record<"clean" | "corrupt", number[]>[] };
    await using expected = await SafetensorsFile.open(`${folder}/expected.safetensors`);
    for (const side of ["clean", "corrupt"] as const) {
      using tokens = Tensor.from(
        prompts.slice(0, 4).map((pair) => pair[side]),
        { dtype: "int64" },
      );
      using wanted = await tensorFromFile(expected, `edges/logits/${side}`);
      const { logits } = await transformer.forward({ tokens });
      expectClose(await numbers(logits!), await wanted.data(), 1e-5, side);
    }
  });
});

describe.skipIf(!existsSync(trainedModel("dreams-llama")))("trained models (skipped where they are absent)", () => {
  it("dreams-llama writes its text", async () => {
    const { transformer } = await loadTransformer(trainedModel("dreams-llama"));
    using _ = transformer;
    const vocab = json(`${trainedModel("dreams-llama")}/vocab_scores.json`) as [string, number][];
    const ids = [1];
    for (let step = 0; step < 40; step++) {
      using tokens = Tensor.from([ids], { dtype: "int64" });
      const { logits } = await transformer.forward({ tokens, positions: [ids.length - 1] });
      using best = logits!.argmax(-1);
      ids.push(await best.item());
    }
    const text = ids
      .slice(1)
      .map((id) => vocab[id]![0])
      .join("")
      .replaceAll("\u2581", " ");
    expect(text).toContain("Echoes of vectors unfold, a gentle hum of precision");
  });

  it.each(["sorted-list", "sum"])("%s gets its clean prompts right", async (name) => {
    const { transformer } = await loadTransformer(trainedModel(name));
    using _ = transformer;
    const { prompts } = json(`${trainedModel(name)}/prompts.json`) as {
      prompts: { clean: number[]; answers: number[] }[];
    };
    using tokens = Tensor.from(
      prompts.map(({ clean }) => clean),
      { dtype: "int64" },
    );
    const { logits } = await transformer.forward({ tokens, positions: [prompts[0]!.clean.length - 1] });
    using best = logits!.argmax(-1);
    const right = (await numbers(best)).filter((id, i) => prompts[i]!.answers.includes(id)).length;
    expect(right / prompts.length).toBeGreaterThanOrEqual(0.99);
  });
});
