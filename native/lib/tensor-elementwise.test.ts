import { describe, expect, it } from "vitest";
import { expectTensor } from "../test/expect-tensor.ts";
import { Tensor } from "./tensor.ts";

const a = Tensor.from([
  [1, -2],
  [3, 0.5],
]);
const row = Tensor.from([10, 20]);

describe("arithmetic", () => {
  it("add, sub, mul, div with tensors", async () => {
    await expectTensor(a.add(row), [
      [11, 18],
      [13, 20.5],
    ]);
    await expectTensor(a.sub(row), [
      [-9, -22],
      [-7, -19.5],
    ]);
    await expectTensor(a.mul(row), [
      [10, -40],
      [30, 10],
    ]);
    await expectTensor(a.div(row), [
      [0.1, -0.1],
      [0.3, 0.025],
    ]);
  });
  it("add, sub, mul, div with numbers", async () => {
    await expectTensor(a.add(0.5), [
      [1.5, -1.5],
      [3.5, 1],
    ]);
    await expectTensor(a.sub(1), [
      [0, -3],
      [2, -0.5],
    ]);
    await expectTensor(a.mul(2), [
      [2, -4],
      [6, 1],
    ]);
    await expectTensor(a.div(2), [
      [0.5, -1],
      [1.5, 0.25],
    ]);
    await expectTensor(a.div(0), [
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]);
  });
  it("promotes element types as LibTorch does", async () => {
    const whole = Tensor.from([1, 2], { dtype: "int64" });
    await expectTensor(whole.add(1), [2, 3], "int64");
    await expectTensor(whole.add(1.5), [2.5, 3.5], "float32");
    await expectTensor(whole.div(2), [0.5, 1], "float32");
    await expectTensor(Tensor.from([1], { dtype: "float16" }).mul(1.5), [1.5], "float16");
    await expectTensor(Tensor.from([1], { dtype: "float64" }).add(Tensor.from([1])), [2], "float64");
  });
  it("pow, neg, abs, exp, log, sqrt", async () => {
    await expectTensor(a.pow(2), [
      [1, 4],
      [9, 0.25],
    ]);
    await expectTensor(Tensor.from([4, 9]).pow(0.5), [2, 3]);
    await expectTensor(a.neg(), [
      [-1, 2],
      [-3, -0.5],
    ]);
    await expectTensor(a.abs(), [
      [1, 2],
      [3, 0.5],
    ]);
    await expectTensor(Tensor.from([0, 1]).exp(), [1, Math.E]);
    await expectTensor(Tensor.from([1, Math.E]).log(), [0, 1]);
    await expectTensor(Tensor.from([4, 2]).sqrt(), [2, Math.SQRT2]);
    await expectTensor(Tensor.from([-1]).sqrt(), [Number.NaN]);
  });
  it("relu, sigmoid, tanh", async () => {
    await expectTensor(a.relu(), [
      [1, 0],
      [3, 0.5],
    ]);
    await expectTensor(Tensor.from([0, Math.log(3)]).sigmoid(), [0.5, 0.75]);
    await expectTensor(Tensor.from([0, 1]).tanh(), [0, Math.tanh(1)]);
  });
  it("clamp, minimum, maximum", async () => {
    await expectTensor(a.clamp(0, 1), [
      [1, 0],
      [1, 0.5],
    ]);
    await expectTensor(a.clamp(0), [
      [1, 0],
      [3, 0.5],
    ]);
    await expectTensor(a.clamp(undefined, 1), [
      [1, -2],
      [1, 0.5],
    ]);
    await expectTensor(a.clamp(), [
      [1, -2],
      [3, 0.5],
    ]);
    await expectTensor(a.minimum(Tensor.from([0, 0])), [
      [0, -2],
      [0, 0],
    ]);
    await expectTensor(a.minimum(0.75), [
      [0.75, -2],
      [0.75, 0.5],
    ]);
    await expectTensor(a.maximum(Tensor.from([0, 0])), [
      [1, 0],
      [3, 0.5],
    ]);
    await expectTensor(a.maximum(1), [
      [1, 1],
      [3, 1],
    ]);
  });
});

describe("comparison", () => {
  const b = Tensor.from([1, 2, 3]);
  const c = Tensor.from([3, 2, 1]);
  it("with tensors", async () => {
    await expectTensor(b.eq(c), [0, 1, 0], "bool");
    await expectTensor(b.ne(c), [1, 0, 1], "bool");
    await expectTensor(b.lt(c), [1, 0, 0], "bool");
    await expectTensor(b.le(c), [1, 1, 0], "bool");
    await expectTensor(b.gt(c), [0, 0, 1], "bool");
    await expectTensor(b.ge(c), [0, 1, 1], "bool");
  });
  it("with numbers", async () => {
    await expectTensor(b.eq(2), [0, 1, 0], "bool");
    await expectTensor(b.ne(2), [1, 0, 1], "bool");
    await expectTensor(b.lt(2), [1, 0, 0], "bool");
    await expectTensor(b.le(2), [1, 1, 0], "bool");
    await expectTensor(b.gt(1.5), [0, 1, 1], "bool");
    await expectTensor(b.ge(1.5), [0, 1, 1], "bool");
  });
  it("logic", async () => {
    await expectTensor(Tensor.from([0, 2]).logicalNot(), [1, 0], "bool");
    await expectTensor(
      Tensor.from([0, 2]).logicalAnd(Tensor.from([[1], [0]])),
      [
        [0, 1],
        [0, 0],
      ],
      "bool",
    );
  });
  it("isNaN, isFinite", async () => {
    const odd = Tensor.from([0, Number.NaN, Number.POSITIVE_INFINITY]);
    await expectTensor(odd.isNaN(), [0, 1, 0], "bool");
    await expectTensor(odd.isFinite(), [1, 0, 0], "bool");
  });
});

describe("mistakes throw at the call", () => {
  it("shapes that do not broadcast", () => {
    expect(() => a.add(Tensor.zeros([3]))).toThrow(
      expect.objectContaining({ name: "AutocircuitError", code: "shape" }),
    );
    expect(() => a.add(Tensor.zeros([3]))).toThrow("add(float32[2, 2], float32[3])");
  });
  it("element types", () => {
    const flags = Tensor.from([1, 0], { dtype: "bool" });
    expect(() => flags.sub(flags)).toThrow(expect.objectContaining({ code: "dtype" }));
    expect(() => flags.neg()).toThrow(expect.objectContaining({ code: "dtype" }));
  });
  it("without a C++ backtrace", () => {
    try {
      a.add(Tensor.zeros([3]));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/frame #|Exception raised|\.cpp/);
    }
  });
});
