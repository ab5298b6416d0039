import { describe, expect, it } from "vitest";
import { expectTensor } from "../test/expect-tensor.ts";
import { Tensor } from "./tensor.ts";

const a = Tensor.from([
  [3, 1, 2],
  [6, 5, 4],
]);

describe("reductions", () => {
  it("sum, mean", async () => {
    await expectTensor(a.sum(), 21);
    await expectTensor(a.sum(0), [9, 6, 6]);
    await expectTensor(a.sum([0, 1]), 21);
    await expectTensor(a.sum(-1, true), [[6], [15]]);
    await expectTensor(Tensor.from([1, 1, 0], { dtype: "bool" }).sum(), 2, "int64");
    await expectTensor(a.mean(), 3.5);
    await expectTensor(a.mean(1), [2, 5]);
    await expectTensor(a.mean([0], true), [[4.5, 3, 3]]);
  });
  it("max, min", async () => {
    await expectTensor(a.max(), 6);
    await expectTensor(a.max(1), [3, 6]);
    await expectTensor(a.max(0, true), [[6, 5, 4]]);
    await expectTensor(a.min(), 1);
    await expectTensor(a.min(1), [1, 4]);
    await expectTensor(a.min(-1, true), [[1], [4]]);
  });
  it("argmax, argmin", async () => {
    await expectTensor(a.argmax(1), [0, 0], "int64");
    await expectTensor(a.argmin(1), [1, 2], "int64");
  });
  it("any, all", async () => {
    await expectTensor(Tensor.from([0, 0, 2]).any(), 1, "bool");
    await expectTensor(Tensor.from([0, 0], { dtype: "uint8" }).any(), 0, "bool");
    await expectTensor(Tensor.from([1, 2], { dtype: "uint8" }).all(), 1, "bool");
    await expectTensor(Tensor.from([1, 0]).all(), 0, "bool");
  });
  it("cumsum", () =>
    expectTensor(a.cumsum(1), [
      [3, 4, 6],
      [6, 11, 15],
    ]));
  it("softmax, logSoftmax", async () => {
    const x = Tensor.from([[0, Math.log(3)]]);
    await expectTensor(x.softmax(-1), [[0.25, 0.75]]);
    await expectTensor(x.logSoftmax(1), [[Math.log(0.25), Math.log(0.75)]]);
  });
});

describe("order", () => {
  it("topk", async () => {
    const { values, indices } = a.topk(2);
    await expectTensor(values, [
      [3, 2],
      [6, 5],
    ]);
    await expectTensor(
      indices,
      [
        [0, 2],
        [0, 1],
      ],
      "int64",
    );
    await expectTensor(a.topk(1, 0).values, [[6, 5, 4]]);
  });
  it("sort, argsort", async () => {
    const { values, indices } = a.sort();
    await expectTensor(values, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await expectTensor(
      indices,
      [
        [1, 2, 0],
        [2, 1, 0],
      ],
      "int64",
    );
    await expectTensor(a.sort(0, true).values, [
      [6, 5, 4],
      [3, 1, 2],
    ]);
    await expectTensor(
      a.argsort(-1, true),
      [
        [0, 2, 1],
        [0, 1, 2],
      ],
      "int64",
    );
  });
  it("keeps the order of equal elements", () =>
    expectTensor(Tensor.from([1, 0, 1, 0]).argsort(0, true), [0, 2, 1, 3], "int64"));
});

describe("mistakes throw at the call", () => {
  const fails = (code: string) => expect.objectContaining({ name: "AutocircuitError", code });
  it("dimensions and sizes", () => {
    expect(() => a.sum(2)).toThrow(fails("shape"));
    expect(() => a.topk(4)).toThrow(fails("shape"));
    expect(() => a.softmax(5)).toThrow(fails("shape"));
    expect(() => Tensor.zeros([0]).max()).toThrow(fails("shape"));
    expect(() => a.sum(0.5)).toThrow(fails("bad-input"));
  });
  it("element types", () => {
    expect(() => Tensor.from([1], { dtype: "int64" }).mean()).toThrow(fails("dtype"));
  });
});
