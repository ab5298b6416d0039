import { describe, expect, it } from "vitest";
import { Ablation, type ComputeDType, type ForwardRequest, grad, Tensor, Transformer } from "../lib/index.ts";
import { smallConfig, smallGraph, smallWeights, tokenTensor } from "./small-model.ts";

const clean = tokenTensor([
  [1, 2, 3, 4],
  [4, 3, 2, 1],
]);
const corrupt = tokenTensor([
  [5, 2, 0, 4],
  [4, 0, 2, 5],
]);

function model(scale = 1, dtype: ComputeDType = "float64"): Transformer {
  const weights = Object.entries(smallWeights()).map(([name, weight]) => [name, weight.mul(scale)] as const);
  return Transformer.create(smallConfig, Object.fromEntries(weights), { dtype });
}

async function ablationOf(transformer: Transformer): Promise<Ablation> {
  const { sourceOutputs } = await transformer.forward({
    tokens: corrupt,
    logits: false,
    keepSources: true,
    graph: smallGraph,
  });
  return new Ablation(sourceOutputs!);
}

function maskOf(weight: (edge: number) => number): Tensor {
  return Tensor.from(Float64Array.from({ length: smallGraph.edgeCount }, (_, edge) => weight(edge)));
}

async function logits(transformer: Transformer, request: Partial<ForwardRequest>): Promise<number[]> {
  const result = await transformer.forward({ tokens: clean, ...request });
  using given = result.logits!;
  return Array.from(await given.data(), Number);
}

const mostlyAblated = maskOf((edge) => (edge % 9 === 0 ? 0 : 1));
const patchWith = (ablation: Ablation, mask = mostlyAblated) => ({ patch: { graph: smallGraph, mask, ablation } });

function largest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.abs(value - b[i]!))));
}

describe("an ablation", () => {
  it("serves every transformer as its own, also one that was made where another lay", async () => {
    let transformer = model();
    const shared = await ablationOf(transformer);
    const values = (await shared.sources.data()) as Float64Array;
    const { shape } = shared.sources;
    for (let round = 0; round < 30; round++) {
      using fresh = new Ablation(Tensor.from(Float64Array.from(values), { shape }));
      expect(await logits(transformer, patchWith(shared))).toEqual(await logits(transformer, patchWith(fresh)));
      transformer.dispose();
      transformer = model(1 + round / 30);
      await transformer.ready();
    }
    transformer.dispose();
  });

  it("stays as it is when a narrower transformer uses it", async () => {
    const [wide, narrow] = [model(), model(1, "bfloat16")];
    const ablation = await ablationOf(wide);
    const before = Array.from(await ablation.sources.data(), Number);
    const right = await logits(wide, patchWith(ablation));
    await logits(narrow, patchWith(ablation));
    expect(ablation.sources.dtype).toBe("float64");
    expect(Array.from(await ablation.sources.data(), Number)).toEqual(before);
    expect(await logits(wide, patchWith(ablation))).toEqual(right);
  });
});

describe("a kept run", () => {
  it("of other tokens or of another transformer is refused", async () => {
    const [one, other] = [model(), model(1.1)];
    const ablation = await ablationOf(one);
    const { run } = await one.forward({ tokens: clean, keepRun: true, logits: false, graph: smallGraph });
    const request = { ...patchWith(ablation), from: run! };
    expect(largest(await logits(one, request), await logits(one, patchWith(ablation)))).toBeLessThan(1e-12);
    await expect(logits(one, { ...request, tokens: corrupt })).rejects.toMatchObject({
      name: "AutocircuitError",
      code: "bad-input",
      message: expect.stringContaining("other tokens: the first that differs is at prompt 0, position 0"),
    });
    await expect(logits(other, request)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("made by another model"),
    });
  });

  it("keeps its numbers from a transformer that is gone", async () => {
    const one = model();
    const { run } = await one.forward({ tokens: clean, keepRun: true, logits: false, graph: smallGraph });
    const ablation = await ablationOf(one);
    await logits(one, { ...patchWith(ablation), from: run! });
    one.dispose();
    const other = model();
    await expect(logits(other, { ...patchWith(ablation), from: run! })).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("a prefix", () => {
  it("of another transformer is refused", async () => {
    const [one, other] = [model(), model(1.1)];
    const { prefix } = await one.forward({ tokens: clean, keysValues: true, logits: false });
    await logits(one, { prefix: prefix! });
    await expect(logits(other, { prefix: prefix! })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("the prefix was made by another model"),
    });
  });
});

describe("a gradient", () => {
  it("can be taken after the transformer was disposed", async () => {
    const one = model();
    const ablation = await ablationOf(one);
    const mask = maskOf((edge) => (edge % 3) / 3).requireGrad();
    const loss = async () => (await one.forward({ tokens: clean, ...patchWith(ablation, mask) })).logits!.sum();
    const [first, second] = [await loss(), await loss()];
    const right = Array.from(await grad(first, [mask])[0]!.data(), Number);
    one.dispose();
    ablation.dispose();
    expect(Array.from(await grad(second, [mask])[0]!.data(), Number)).toEqual(right);
  });
});

/** Three units of the last digit for each of two layers, of logits of size 3. */
const NARROW = { bfloat16: 18 * 2 ** -8, float16: 18 * 2 ** -11 };

describe.each(["bfloat16", "float16"] as const)("%s", (dtype) => {
  it("gives what float64 gives for every edge, from the start and from a kept run", async () => {
    const [wide, narrow] = [model(), model(1, dtype)];
    const ablation = await ablationOf(wide);
    const { run } = await narrow.forward({ tokens: clean, keepRun: true, logits: false, graph: smallGraph });
    for (let round = 0; round < 3; round++) {
      for (let edge = 0; edge < smallGraph.edgeCount; edge++) {
        const request = patchWith(
          ablation,
          maskOf((other) => (other === edge ? 1 : 0)),
        );
        const right = await logits(wide, request);
        expect(largest(await logits(narrow, request), right)).toBeLessThan(NARROW[dtype]);
        expect(largest(await logits(narrow, { ...request, from: run! }), right)).toBeLessThan(NARROW[dtype]);
      }
    }
  });
});
