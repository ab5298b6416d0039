import { tasks } from "@autocircuit/circuits";
import { Graph, setMaxEdges } from "@autocircuit/core";
import { measuringShape } from "@autocircuit/discovery";
import { estimateMemory, fromTransformerLens } from "@autocircuit/models";
import type { ComputeDType, Device } from "@autocircuit/native";
import { expect, it } from "vitest";
import { loadedNote, planNote } from "./memory-note.ts";

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
const run = { config, batchSize: 32, circuitCount: 1, seqLen: 100, used: usedBy("cpu") };
const GIB = 2 ** 30;

it("says what a run needs", () => {
  expect(planNote(run, 64 * GIB)).toMatch(/32 prompts of 100 tokens needs about \d\.\d GiB .*; 64\.0 GiB are free/);
  expect(planNote(run)).toContain("are free");
  expect(planNote({ ...run, batchSize: 1 }, 64 * GIB)).toContain("a run of 1 prompt of 100 tokens needs");
});

it("says what to lower, and to what", () => {
  expect(() => planNote(run, 2 * GIB)).toThrow(
    /Not enough memory: .*2\.0 GiB are free\. Lower the batch: `batchSize: 8`\./,
  );
  const several = { ...run, circuitCount: 8, adjustable: true };
  expect(() => planNote(several, 8 * GIB)).toThrow(/8 circuits at once.*: `largestBatch: 1`\./);
  expect(() => planNote(several, 2 * GIB)).toThrow(/`batchSize: 8` and `largestBatch: 1`\./);
  // The search for few edges has no such option.
  expect(() => planNote({ ...several, adjustable: false }, 8 * GIB)).toThrow(
    /free\. Lower the batch: `batchSize: 16`\. To go on/,
  );
  expect(() => planNote(run, GIB / 4)).toThrow(/Not even one prompt fits/);
});

it("counts no more than a slice of a batch that is run in slices", () => {
  const sliced = { ...run, sliced: true };
  expect(planNote(sliced, 64 * GIB).replace(/\d+ prompts/, "")).toBe(
    planNote({ ...sliced, batchSize: 64 }, 64 * GIB).replace(/\d+ prompts/, ""),
  );
  // All 32 prompts at once need more than 2 GiB.
  expect(planNote(sliced, 1.5 * GIB)).toContain("1.5 GiB are free");
});

it("counts latents, their activations and their edges", () => {
  const bytes = (text: string) => Number(/about ([\d.]+) GiB/.exec(text)![1]) * GIB;
  setMaxEdges(2 ** 30);
  try {
    const count = 6000;
    const graph = Graph.of({ ...config, latents: new Array(12).fill(count), latentErrors: true });
    const one = { of: "mlp", count, dIn: 768, dOut: 768, decoders: 1 } as const;
    const autoencoders = Array.from({ length: 12 }, (_, block) => ({ ...one, block }));
    const latent = { graph, autoencoders };
    const of = (planned: object) => bytes(planNote({ ...run, ...planned }, 99 * GIB));
    // Encoders and decoders; in one pass at 32 prompts of 100 tokens 2 numbers a latent and token, 7 an edge.
    const weights = 4 * 12 * (2 * 768 * count + 2 * count + 768);
    const passes = 4 * 2 * 12 * count * 3200;
    const masks = 4 * 7 * graph.edgeCount;
    expect(Math.abs(of(latent) - of({}) - weights - passes - masks)).toBeLessThan(0.11 * GIB);
    expect(Math.abs(of({ ...latent, pruned: true }) - of({}) - weights - passes)).toBeLessThan(0.11 * GIB);
    expect(planNote({ ...run, ...latent }, 99 * GIB)).toContain("autoencoders 422.5 MiB");
    expect(() => planNote({ ...run, ...latent }, 4 * GIB)).toThrow(/Lower the batch/);
  } finally {
    setMaxEdges();
  }
});

it("counts nodes and active latents, which narrow models have more of than of anything else", () => {
  setMaxEdges(2 ** 30);
  try {
    const narrow = {
      ...config,
      layers: 3,
      heads: 2,
      kvHeads: 2,
      dHead: 4,
      dModel: 8,
      dMlp: 12,
      dVocab: 342,
      dVocabOut: 342,
    };
    const count = 200_000;
    const graph = Graph.of({ ...narrow, latents: new Array(3).fill(count), latentErrors: true });
    const one = { of: "mlp", count, dIn: 8, dOut: 8, decoders: 1 } as const;
    const autoencoders = [0, 1, 2].map((block) => ({ ...one, block }));
    const planned = { ...run, config: narrow, graph, autoencoders, batchSize: 6, seqLen: 14 };
    const bytes = (of: object) => {
      const text = planNote({ ...planned, ...of }, 99 * GIB);
      const [, number, unit] = /needs about ([\d.]+) (GiB|MiB)/.exec(text)!;
      return Number(number) * (unit === "GiB" ? GIB : 2 ** 20);
    };
    const nodes = 600 * 3 * count;
    // Autoencoders, activations in the run and in the ablation at 84 tokens, 7 numbers an edge.
    const before = 4 * (3 * (18 * count + 8) + 2 * 3 * count * 84 + 7 * graph.edgeCount);
    expect(Math.abs(bytes({}) - before - nodes)).toBeLessThan(0.06 * GIB);
    expect(Math.abs(bytes({ activeLatents: 1.5 * count }) - bytes({}) - 40 * 1.5 * count * 84)).toBeLessThan(
      0.06 * GIB,
    );
    expect(planNote(planned, 99 * GIB)).toContain("nodes of the graph 343.3 MiB");
    // They are in the memory of the machine.
    const onGpu = planNote({ ...planned, used: usedBy("cuda:0", "float32", 99 * GIB) });
    expect(onGpu).not.toContain("nodes of the graph");
  } finally {
    setMaxEdges();
  }
});

it("counts float64 twice", () => {
  const bytes = (text: string) => Number(/about ([\d.]+) GiB/.exec(text)![1]);
  const [single, double] = [planNote(run, 99 * GIB), planNote({ ...run, used: usedBy("cpu", "float64") }, 99 * GIB)];
  expect(bytes(double) / bytes(single)).toBeCloseTo(2, 1);
});

it("looks at the memory of the GPU that is used", () => {
  const on = (freeBytes?: number) => planNote({ ...run, used: usedBy("cuda:1", "bfloat16", freeBytes) });
  expect(on(64 * GIB)).toMatch(/; 64\.0 GiB are free on cuda:1$/);
  expect(on()).toMatch(/on cuda:1$/);
  expect(() => on(GIB / 4)).toThrow(/but only 256\.0 MiB are free on cuda:1\. Not even one prompt fits/);
});

it("counts what comes beside a model that is loaded, and takes it from what a GPU had free before", async () => {
  await using task = await tasks["tracr-reverse"]!.load();
  const { signal } = new AbortController();
  const { weights } = estimateMemory(task.model.config, 1, 1);
  const on = (freeBytes?: number) =>
    loadedNote(task, () => measuringShape, {
      used: usedBy("cuda:1", "float32", freeBytes),
      planned: undefined,
      signal,
    });
  expect(await on(weights + GIB)).toMatch(/needs about [\d.]+ .iB beside the model; 1\.0 GiB are free$/);
  await expect(on(weights + 1)).rejects.toThrow(/but only 1 B are free\. Not even one prompt fits/);
});
