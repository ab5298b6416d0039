import { Graph, setMaxEdges } from "@autocircuit/core";
import { fromTransformerLens } from "@autocircuit/models";
import type { ComputeDType, Device } from "@autocircuit/native";
import { expect, it } from "vitest";
import { requireMemory } from "./require-memory.ts";

const config = fromTransformerLens(
  {
    ...{ n_layers: 12, d_model: 768, d_head: 64, n_heads: 12, d_mlp: 3072, n_ctx: 1024, d_vocab: 50257, eps: 1e-5 },
    ...{ act_fn: "gelu_new", normalization_type: "LN", attn_only: false, attention_dir: "causal" },
  } as never,
  "test",
);
const usedBy = (device: Device, dtype: ComputeDType = "float32", freeBytes?: number) => ({
  how: { device, dtype, tf32: false },
  freeBytes,
});
const run = { config, batchSize: 32, circuits: 1, length: 100, used: usedBy("cpu") };
const GIB = 2 ** 30;

it("says what a run needs", () => {
  expect(requireMemory(run, 64 * GIB)).toMatch(
    /32 prompts of 100 tokens needs about \d\.\d GiB .*; 64\.0 GiB are free/,
  );
  expect(requireMemory(run)).toContain("are free");
});

it("says what to lower, and to what", () => {
  expect(() => requireMemory(run, 2 * GIB)).toThrow(
    /Not enough memory: .*2\.0 GiB are free\. Lower the batch: --batch-size 8\./,
  );
  expect(() => requireMemory({ ...run, circuits: 8 }, 8 * GIB)).toThrow(/8 circuits at once.*: --set largestBatch=1\./);
  expect(() => requireMemory({ ...run, circuits: 8 }, 2 * GIB)).toThrow(/--batch-size 8 and --set largestBatch=1\./);
  expect(() => requireMemory(run, GIB / 4)).toThrow(/Not even one prompt fits/);
});

it("counts no more than a slice of a batch that is run in slices", () => {
  const sliced = { ...run, sliced: true };
  expect(requireMemory(sliced, 64 * GIB).replace(/\d+ prompts/, "")).toBe(
    requireMemory({ ...sliced, batchSize: 64 }, 64 * GIB).replace(/\d+ prompts/, ""),
  );
  expect(requireMemory(sliced, GIB)).toContain("1.0 GiB are free");
});

it("counts latents, their activations and their edges", () => {
  const bytes = (text: string) => Number(/about ([\d.]+) GiB/.exec(text)![1]) * GIB;
  setMaxEdges(2 ** 30);
  try {
    const count = 6000;
    const graph = Graph.of({ ...config, latents: new Array(12).fill(count), latentErrors: true });
    const of = (planned: object) => bytes(requireMemory({ ...run, ...planned }, 99 * GIB));
    // In one pass at 32 prompts of 100 tokens: 2 numbers a latent and token, 6 an edge.
    const expected = 4 * (2 * 12 * count * 3200 + 6 * graph.edgeCount);
    expect(Math.abs(of({ graph }) - of({}) - expected)).toBeLessThan(0.11 * GIB);
    expect(() => requireMemory({ ...run, graph }, 4 * GIB)).toThrow(/Lower the batch/);
  } finally {
    setMaxEdges();
  }
});

it("counts float64 twice", () => {
  const bytes = (text: string) => Number(/about ([\d.]+) GiB/.exec(text)![1]);
  const [single, double] = [
    requireMemory(run, 99 * GIB),
    requireMemory({ ...run, used: usedBy("cpu", "float64") }, 99 * GIB),
  ];
  expect(bytes(double) / bytes(single)).toBeCloseTo(2, 1);
});

it("looks at the memory of the GPU that is used", () => {
  const on = (freeBytes?: number) =>
    requireMemory({ ...run, used: usedBy("cuda:1", "bfloat16", freeBytes), loaded: true });
  expect(on(64 * GIB)).toMatch(/; 64\.0 GiB are free on cuda:1$/);
  expect(on()).toMatch(/on cuda:1$/);
  expect(() => on(GIB / 4)).toThrow(/but only 256\.0 MiB are free on cuda:1\. Not even one prompt fits/);
});
