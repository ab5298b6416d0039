import { describe, expect, it } from "vitest";
import { grad, Tensor } from "../lib/index.ts";
import { expectTensor } from "./expect-tensor.ts";

const STEP = 1e-5;

/** A fixed, irregular float64 tensor. */
function numbers(shape: readonly number[], low = -1, high = 1): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const fraction = (i: number) => (Math.sin(i * 12.9898 + 4.1) * 43758.5453) % 1;
  const data = Float64Array.from({ length: size }, (_, i) => low + (high - low) * Math.abs(fraction(i + 1)));
  return Tensor.from(data, { shape });
}

/** Compares grad() with central differences in float64, element by element. */
async function expectGradient(x: Tensor, f: (x: Tensor) => Tensor): Promise<void> {
  const scalar = (value: Tensor) =>
    f(value)
      .mul(weights(f(value).shape))
      .sum();
  const leaf = x.requireGrad();
  const gradient = await grad(scalar(leaf), [leaf])[0]!.data();
  const data = (await x.data()) as Float64Array;
  for (let i = 0; i < data.length; i++) {
    const at = async (offset: number) => {
      const moved = Float64Array.from(data);
      moved[i]! += offset;
      return scalar(Tensor.from(moved, { shape: x.shape })).item();
    };
    const difference = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
    expect(Math.abs(Number(gradient[i]) - difference), `element ${i}: ${gradient[i]} and ${difference}`).toBeLessThan(
      1e-7,
    );
  }
}

/** Makes every output count differently. */
function weights(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return Tensor.from(
    Float64Array.from({ length: size }, (_, i) => 1 + 0.3 * i),
    { shape },
  );
}

const other = numbers([2, 3], 0.5, 2);
const cases: Record<string, (x: Tensor) => Tensor> = {
  "add, broadcast": (x) => other.add(x.sum(0)),
  sub: (x) => other.sub(x),
  mul: (x) => x.mul(other),
  "mul by itself": (x) => x.mul(x),
  div: (x) => other.div(x),
  "pow 3": (x) => x.pow(3),
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  exp: (x) => x.exp(),
  log: (x) => x.log(),
  sqrt: (x) => x.sqrt(),
  relu: (x) => x.sub(0.9).relu(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  clamp: (x) => x.clamp(0.4, 1.1),
  minimum: (x) => x.minimum(other),
  maximum: (x) => x.maximum(0.8),
  where: (x) => Tensor.where(x.detach().gt(1), x.mul(2), x.mul(x)),
  matmul: (x) => x.matmul(other.transpose(0, 1)),
  transpose: (x) => x.transpose(0, 1),
  permute: (x) => x.permute([1, 0]),
  reshape: (x) => x.reshape([6]),
  "unsqueeze, squeeze": (x) => x.unsqueeze(0).squeeze(0),
  expand: (x) => x.unsqueeze(0).expand([2, 2, 3]),
  repeatInterleave: (x) => x.repeatInterleave(2, 1),
  cat: (x) => Tensor.cat([x, x.mul(2)], 1),
  stack: (x) => Tensor.stack([x, x.mul(2)]),
  clone: (x) => x.clone(),
  "transpose, contiguous": (x) => x.transpose(0, 1).contiguous(),
  slice: (x) => x.slice(1, 0, 3, 2),
  select: (x) => x.select(0, 1),
  indexSelect: (x) => x.indexSelect(1, [2, 0, 2]),
  gather: (x) =>
    x.gather(
      1,
      Tensor.from(
        [
          [2, 2],
          [0, 1],
        ],
        { dtype: "int64" },
      ),
    ),
  "sum over a dimension": (x) => x.sum(1),
  mean: (x) => x.mean(0),
  "max along a dimension": (x) => x.max(1),
  "min of all": (x) => x.min(),
  cumsum: (x) => x.cumsum(1),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => x.logSoftmax(0),
  topk: (x) => x.topk(2).values,
  sort: (x) => x.sort(1, true).values,
};

describe("gradients equal finite differences", () => {
  it.each(Object.entries(cases))("%s", (_, f) => expectGradient(numbers([2, 3], 0.3, 1.5), f));
});

describe("grad", () => {
  it("gives zeros where the scalar does not depend on an input", async () => {
    const [x, y] = [Tensor.from([1, 2]).requireGrad(), Tensor.from([3]).requireGrad()];
    const [dx, dy] = grad(x.mul(x).sum(), [x, y]);
    await expectTensor(dx!, [2, 4]);
    await expectTensor(dy!, [0]);
    expect(dx!.requiresGrad).toBe(false);
  });
  it("differentiates by values on the way", async () => {
    const x = Tensor.from([1, 2]).requireGrad();
    const middle = x.mul(3);
    await expectTensor(grad(middle.mul(middle).sum(), [middle])[0]!, [6, 12]);
  });
  it("uses the record up, unless told to keep it", async () => {
    const x = Tensor.from([3]).requireGrad();
    const y = x.mul(x).sum();
    await expectTensor(grad(y, [x], { retainGraph: true })[0]!, [6]);
    await expectTensor(grad(y, [x])[0]!, [6]);
    await expect(grad(y, [x])[0]!.data()).rejects.toThrow(/second time/);
  });
  it("leaves nothing recorded by detach", () => {
    const x = Tensor.from([3]).requireGrad();
    expect(() => grad(x.detach().sum(), [x])).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
  it("refuses what has no gradient", () => {
    const x = Tensor.from([1, 2]).requireGrad();
    expect(() => grad(x.mul(2), [x])).toThrow(expect.objectContaining({ code: "shape" }));
    expect(() => grad(x.sum(), [Tensor.zeros([2])])).toThrow(/input 0 records no gradients/);
    expect(() => Tensor.from([1], { dtype: "int64" }).requireGrad()).toThrow(
      expect.objectContaining({ code: "dtype" }),
    );
    x.dispose();
    expect(() => grad(Tensor.from(1).requireGrad(), [x])).toThrow(expect.objectContaining({ code: "disposed" }));
  });
  it("does not record when nothing asks for it", () => {
    expect(Tensor.from([1]).mul(2).requiresGrad).toBe(false);
    expect(Tensor.from([1]).requireGrad().gt(0).requiresGrad).toBe(false);
  });
});
