import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run, smallGguf, smallGpt2 } from "../../test/run-program.ts";
import { architectureName } from "./architecture-name.ts";
import { shortList } from "./graph-layers.ts";

const folder = mkdtempSync(join(tmpdir(), "model-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with nothing but a configuration. */
function configured(name: string, config: object): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  return path;
}

async function describeJson(path: string, ...args: string[]) {
  const json = join(folder, "model.json");
  const { code, out, err } = await run(["model", path, "--json", json, ...args]);
  expect([code, err]).toEqual([0, ""]);
  const result = JSON.parse(readFileSync(json, "utf8"));
  const edges = Object.fromEntries(
    result.graphs.map((graph: { kind: string; edgeCount: number }) => [graph.kind, graph.edgeCount]),
  );
  return { out, result, edges };
}

it("counts the edges of GPT-2 small", async () => {
  const gpt2 = configured("gpt2", {
    ...{ model_type: "gpt2", architectures: ["GPT2LMHeadModel"], activation_function: "gelu_new", vocab_size: 50257 },
    ...{ n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024, layer_norm_epsilon: 1e-5 },
  });
  const { out, edges, result } = await describeJson(gpt2);
  expect(out.split("\n")[0]).toBe("gpt2 (GPT2LMHeadModel), Hugging Face layout");
  expect(edges).toMatchObject({ "edges, separate Q, K, V": 32491, "edges, shared Q, K, V": 11611 });
  expect(out).not.toContain("ungrouped");
  expect(out).toContain("163M parameters\nthe checkpoint has 124M: one matrix is its embedding and its unembedding.");
  expect(out).toContain("these 38.6M count twice");
  const { parameters, storedParameters } = result;
  expect(parameters - storedParameters).toBe(50257 * 768);
});

it("says nothing of shared matrices where the checkpoint has two, and that parallel parts read together", async () => {
  const pythia = configured("pythia", {
    ...{ model_type: "gpt_neox", hidden_size: 512, intermediate_size: 2048, num_hidden_layers: 6 },
    ...{ num_attention_heads: 8, vocab_size: 50304, max_position_embeddings: 2048 },
  });
  const { out, result } = await describeJson(pythia, "--graph");
  expect(out).not.toContain("count twice");
  expect(result.storedParameters).toBe(result.parameters);
  expect(result.layers[1].part).toBe("block 0: attention and MLP");
  expect((await describeJson(smallGguf)).out).toContain("count twice");
});

it("counts the edges of Llama 3.2 1B, with its 8 key and value heads and ungrouped", async () => {
  const llama = configured("llama", {
    ...{ model_type: "llama", architectures: ["LlamaForCausalLM"], hidden_act: "silu", vocab_size: 128256 },
    ...{ hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16, num_attention_heads: 32 },
    ...{ num_key_value_heads: 8, max_position_embeddings: 131072, rms_norm_eps: 1e-5, rope_theta: 500000 },
    ...{ tie_word_embeddings: true },
  });
  const { out, edges } = await describeJson(llama);
  expect(edges).toMatchObject({
    "edges, separate Q, K, V": 195865,
    "edges, ungrouped: K, V of every query head": 386713,
  });
  expect(out).toContain("32 heads of 64 (8 for keys and values)");
});

it("lists the nodes layer by layer", async () => {
  const { out, result, edges } = await describeJson(smallGpt2, "--graph");
  const { layers } = result;
  expect(layers[0]).toMatchObject({
    layer: 0,
    part: "embedding",
    destinations: [],
    edgeCount: 0,
    sources: ["Resid Start"],
  });
  expect(layers.at(-1)).toMatchObject({ part: "unembedding", destinations: ["Resid End"], sources: [] });
  expect(layers.map(({ part }: { part: string }) => part).slice(1, 4)).toEqual([
    ...["block 0: attention", "block 0: MLP", "block 1: attention"],
  ]);
  const sum = layers.reduce((total: number, layer: { edgeCount: number }) => total + layer.edgeCount, 0);
  expect(sum).toBe(edges["edges, separate Q, K, V"]);
  expect(out).toMatch(/│ block 0: MLP +│ MLP 0 +│ 5 +│ MLP 0 +│/);
  expect((await describeJson(smallGpt2)).result.layers).toBeUndefined();
});

it("names many heads as a range", () => {
  const names = ["Q", "K"].flatMap((port) => [0, 1, 2, 3, 4].map((head) => `A0.${head}.${port}`));
  expect(shortList(names)).toBe("A0.0.Q to A0.4.Q, A0.0.K to A0.4.K");
  expect(shortList(["A0.0", "MLP 0"])).toBe("A0.0, MLP 0");
});

it("names an architecture as far as it is known", () => {
  expect(architectureName({ model_type: "llama" })).toBe("llama, Hugging Face layout");
  expect(architectureName({ n_layers: 1, model_name: "sum" })).toBe("sum, TransformerLens layout");
  expect(architectureName({ n_layers: 1 })).toBe("TransformerLens layout");
});

it.each([
  ["a folder without config.json", () => folder, /config\.json/],
  ["an unknown architecture", () => configured("strange", { model_type: "strange" }), /strange/],
  ["neither a folder nor a name", () => join(folder, "missing"), /does not exist/],
])("refuses %s", async (_, path, says) => {
  const { code, err } = await run(["model", path()]);
  expect(code).toBe(2);
  expect(err).toMatch(says);
});
