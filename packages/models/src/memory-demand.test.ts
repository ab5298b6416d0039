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
    const total = (promptCount: number) => estimateMemory(config, promptCount, 100).total;
    expect(memoryDemand(config, { ...run, free: 1 }).total).toBe(total(32));
    expect(memoryDemand(config, { ...run, circuitCount: 4 }).total).toBe(total(128));
    const model = {
      config,
      graph: Graph.of(config),
      computeDtype: "float32",
      sliceBytes: usualSliceBytes("cpu"),
    } as const;
    const slice = promptsAtOnce(model, 100);
    expect(slice).toBeLessThan(32);
    expect(memoryDemand(config, { ...run, sliced: true, circuitCount: 4 }).total).toBe(total(slice));
  });

  it("says what fits: fewer circuits at once first, then half as many prompts", () => {
    const fitting = (more: object, free: number) => memoryDemand(config, { ...run, ...more, free }).fitting;
    expect(fitting({}, 64 * GIB)).toEqual({ circuitCount: 1, batchSize: 32 });
    expect(fitting({ circuitCount: 8 }, 8 * GIB)).toEqual({ circuitCount: 1, batchSize: 32 });
    expect(fitting({ circuitCount: 8 }, 2 * GIB)).toEqual({ circuitCount: 1, batchSize: 8 });
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
    // What is free where the model is there already is free beside it, on a GPU too.
    const there = { ...run, device: "cuda:0", free: memoryDemand(config, run).total - weights } as const;
    expect(memoryDemand(config, there).fits).toBe(false);
    expect(memoryDemand(config, { ...there, loaded: true }).fits).toBe(true);
  });

  it("takes autoencoders and nodes of their graph to be there with the model", () => {
    const latents = new Array(12).fill(40);
    const graph = Graph.of({ ...config, latents, latentErrors: true });
    const autoencoders = latents.map((count, block) => ({
      block,
      of: "mlp" as const,
      count,
      dIn: 768,
      dOut: 768,
      decoders: 1,
    }));
    const demand = memoryDemand(config, { ...run, graph, autoencoders, pruned: true, loaded: true });
    expect(demand.nodes).toBeGreaterThan(0);
    expect(demand.needed).toBe(demand.total - demand.weights - demand.autoencoders - demand.nodes);
    expect(memoryDemand(config, { ...run, graph, autoencoders, pruned: true }).needed).toBe(demand.total);
  });

  it("says it in words", () => {
    const text = (more: object) => memoryDemand(config, { ...run, ...more }).text;
    expect(text({ free: 64 * GIB, held: GIB })).toMatch(
      /^a run of 32 prompts of 100 tokens needs about \d\.\d GiB \(weights 621\.\d MiB, values of ablated edges 1\.0 GiB\); 64\.0 GiB are free$/,
    );
    expect(text({ batchSize: 1, circuitCount: 8, loaded: true, device: "cuda:0" })).toMatch(
      /^a run of 1 prompt of 100 tokens, 8 circuits at once, needs about [\d.]+ .iB beside the model on cuda:0$/,
    );
  });
});

it("requireMemory says what to take instead", () => {
  expect(requireMemory(config, { ...run, free: 64 * GIB }).fits).toBe(true);
  const refused = (more: object, free: number) => () => requireMemory(config, { ...run, ...more, free });
  const several = { circuitCount: 8, adjustable: true };
  expect(refused({}, 2 * GIB)).toThrow(
    /^Not enough memory: a run of 32 prompts of 100 tokens needs about .*, but only 2\.0 GiB are free\. Lower the batch: `batchSize: 8`\. To go on .*`free: Infinity`\.$/,
  );
  expect(refused(several, 8 * GIB)).toThrow(/free\. Lower the circuits at once: `largestBatch: 1`\./);
  expect(refused(several, 2 * GIB)).toThrow(/free\. Lower the batch: `batchSize: 8` and `largestBatch: 1`\./);
  // No option lowers them, so that fewer prompts have to.
  expect(refused({ circuitCount: 8 }, 8 * GIB)).toThrow(/free\. Lower the batch: `batchSize: 16`\./);
  const foretold = { code: "out-of-memory", reason: "memory-foretold" };
  expect(refused({}, GIB / 4)).toThrow(expect.objectContaining(foretold));
  expect(refused({}, GIB / 4)).toThrow(/Not even one prompt fits/);
});
