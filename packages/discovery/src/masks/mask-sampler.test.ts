import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { MaskSampler } from "./mask-sampler.ts";
import { drawNoise, type NoiseRequest, seededNoise } from "./noise.ts";

const edgeCount = 5;
const sampled = { step: 2, pass: 0, promptCount: 4, edgeCount, dtype: "float32" } as const;
const parameters = Tensor.from([-1, 0, 0.5, 1, 2]);

async function masks(sampler: MaskSampler, start: number, end: number) {
  const made = scope(() => sampler.masks(parameters, start, end));
  return { shape: made.shape, values: Array.from(await made.data(), Number) };
}

describe("MaskSampler", () => {
  it("hard concrete: a row for each prompt, the same in every slice", async () => {
    using sampler = new MaskSampler({ maskFunction: "hard-concrete", dropout: 0.3, noise: seededNoise(1) }, sampled);
    const whole = await masks(sampler, 0, 4);
    expect(whole.shape).toEqual([4, edgeCount]);
    const rows = [0, 1, 2, 3].map((row) => whole.values.slice(row * edgeCount, (row + 1) * edgeCount).join());
    expect(new Set(rows).size).toBe(4);
    expect((await masks(sampler, 2, 4)).values).toEqual(whole.values.slice(2 * edgeCount));
  });

  it("sigmoid and none: one mask for all prompts", async () => {
    using plain = new MaskSampler({ maskFunction: "none", dropout: 0, noise: seededNoise(1) }, sampled);
    expect(await masks(plain, 1, 3)).toEqual({ shape: [edgeCount], values: [-1, 0, 0.5, 1, 2] });
    using sigmoid = new MaskSampler({ maskFunction: "sigmoid", dropout: 0, noise: seededNoise(1) }, sampled);
    expect((await masks(sigmoid, 0, 1)).values[1]).toBeCloseTo(0.5, 6);
  });

  it("dropout takes masks out where noise is small, and makes up for it", async () => {
    const noise = () => Float32Array.from([0.1, 0.25, 0.9, 0.24, 0.5]);
    using sampler = new MaskSampler({ maskFunction: "none", dropout: 0.25, noise }, sampled);
    const { values } = await masks(sampler, 0, 4);
    [0, 0, 0.5 / 0.75, 0, 2 / 0.75].forEach((value, edge) => {
      expect(values[edge]).toBeCloseTo(value, 6);
    });
  });

  it("asks for noise of its step and pass, once", () => {
    const asked: NoiseRequest[] = [];
    const noise = (request: NoiseRequest) => {
      asked.push(request);
      return new Float32Array(request.rows * request.edgeCount);
    };
    using sampler = new MaskSampler({ maskFunction: "hard-concrete", dropout: 0.5, noise }, { ...sampled, pass: 1 });
    for (const start of [0, 2]) scope(() => void sampler.masks(parameters, start, start + 2));
    expect(asked).toEqual([
      { use: "mask", step: 2, pass: 1, rows: 4, edgeCount },
      { use: "dropout", step: 2, pass: 1, rows: 4, edgeCount },
    ]);
  });
});

describe("noise", () => {
  const request = { use: "mask", step: 0, pass: 0, rows: 2, edgeCount } as const;
  it("comes from the seed", () => {
    expect(seededNoise(4)(request)).toEqual(seededNoise(4)(request));
    expect(seededNoise(4)(request)).not.toEqual(seededNoise(5)(request));
    const noise = seededNoise(4);
    expect(noise(request)).toEqual(noise(request));
    for (const other of [{ step: 1 }, { pass: 1 }, { use: "dropout" }] as const)
      expect(noise({ ...request, ...other })).not.toEqual(noise(request));
  });

  it.each([new Float32Array(3), [1, 2] as never])("of another length is refused", (numbers) => {
    expect(() => drawNoise(() => numbers, request, "float32")).toThrow(/Float32Array of 10 numbers/);
  });
});
