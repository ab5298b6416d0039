import { availableMemory, Graph, promptsAtOnce, usualSliceBytes } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { estimateMemory } from "./estimate-memory.ts";
import { memoryDemand, requireMemory } from "./memory-demand.ts";
import { fromTransformerLens } from "./transformer-lens/config.ts";

const config = fromTransformerLens(
  {
    ...{ n_layers: 12, d_model: 768, d_head: 64, n_heads: 12, d_mlp: 3072, n_ctx: 1024, d_vocab: 50257, eps: 1e-5 },
    ...{ act_fn: "gelu_new", normalization_type: "LN", attn_only: false, attention_dir: "causal" },
  } as never,
  "test",
);
const [run, GIB] = [{ batchSize: 32, seqLen: 100 }, 2 ** 30];

describe("memoryDemand", () => {
  it("is the estimate of what is there at once", () => {
    const total = (prompts: number) => estimateMemory(config, prompts, 100).total;
    expect(memoryDemand(config, { ...run, free: 1 }).total).toBe(total(32));
    expect(memoryDemand(config, { ...run, circuits: 4 }).total).toBe(total(128));
    const model = {
      config,
      graph: Graph.of(config),
      computeDtype: "float32",
      sliceBytes: usualSliceBytes("cpu"),
    } as const;
    const slice = promptsAtOnce(model, 100);
    expect(slice).toBeLessThan(32);
    expect(memoryDemand(config, { ...run, sliced: true, circuits: 4 }).total).toBe(total(slice));
  });

  it("says what fits: fewer circuits at once first, then half as many prompts", () => {
    const fitting = (more: object, free: number) => memoryDemand(config, { ...run, ...more, free }).fitting;
    expect(fitting({}, 64 * GIB)).toEqual({ circuits: 1, batchSize: 32 });
    expect(fitting({ circuits: 8 }, 8 * GIB)).toEqual({ circuits: 1, batchSize: 32 });
    expect(fitting({ circuits: 8 }, 2 * GIB)).toEqual({ circuits: 1, batchSize: 8 });
    expect(fitting({}, GIB / 4)).toBeNull();
  });

  it("knows what is free on the CPU alone, and counts no weights twice", () => {
    expect(memoryDemand(config, { ...run, device: "cuda:0" })).toMatchObject({
      free: Number.POSITIVE_INFINITY,
      fits: true,
    });
    const { free } = memoryDemand(config, run);
    expect(free / availableMemory()).toBeCloseTo(1, 1);
    const { weights, total } = memoryDemand(config, { ...run, sliced: true });
    const left = { ...run, sliced: true, free: total - weights };
    expect(memoryDemand(config, left).fits).toBe(false);
    expect(memoryDemand(config, { ...left, loaded: true }).fits).toBe(true);
    expect(memoryDemand(config, { ...left, loaded: true, device: "cuda:0" }).fits).toBe(false);
  });
});

it("requireMemory says what to take instead", () => {
  expect(requireMemory(config, { ...run, free: 64 * GIB }).fits).toBe(true);
  const refused = (more: object, free: number) => () => requireMemory(config, { ...run, ...more, free });
  expect(refused({ circuits: 8 }, 2 * GIB)).toThrow(/2,048 MiB are free\. Take at most 8 prompts, 1 circuits at once/);
  expect(refused({}, GIB / 4)).toThrow(expect.objectContaining({ code: "out-of-memory" }));
  expect(refused({}, GIB / 4)).toThrow(/Not even one prompt fits/);
});
