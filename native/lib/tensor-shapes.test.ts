import { describe, expect, it } from "vitest";
import { expectTensor } from "../test/expect-tensor.ts";
import { Tensor } from "./tensor.ts";

const a = Tensor.from([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("products", () => {
  it("matmul", async () => {
    await expectTensor(
      a.matmul(
        Tensor.from([
          [1, 0],
          [0, 1],
          [1, 1],
        ]),
      ),
      [
        [4, 5],
        [10, 11],
      ],
    );
    await expectTensor(a.matmul(Tensor.from([1, 0, -1])), [-2, -2]);
    await expectTensor(Tensor.from([[[1, 1]], [[2, 0]]]).matmul(a), [[[5, 7, 9]], [[2, 4, 6]]]);
  });
});

describe("shapes", () => {
  it("transpose, permute", async () => {
    await expectTensor(a.transpose(0, 1), [
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    await expectTensor(a.transpose(-1, -2), [
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    await expectTensor(
      Tensor.from([
        [
          [1, 2],
          [3, 4],
        ],
      ]).permute([2, 0, 1]),
      [[[1, 3]], [[2, 4]]],
    );
  });
  it("reshape, unsqueeze, squeeze, expand", async () => {
    await expectTensor(a.reshape([3, -1]), [
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    await expectTensor(a.transpose(0, 1).reshape([6]), [1, 4, 2, 5, 3, 6]);
    await expectTensor(Tensor.from([1, 2]).unsqueeze(-1), [[1], [2]]);
    await expectTensor(Tensor.from([[1, 2]]).squeeze(0), [1, 2]);
    await expectTensor(Tensor.from([[1, 2]]).squeeze(1), [[1, 2]]);
    await expectTensor(Tensor.from([[1], [2]]).expand([2, 3]), [
      [1, 1, 1],
      [2, 2, 2],
    ]);
    await expectTensor(Tensor.from([[1], [2]]).expand([-1, 2]), [
      [1, 1],
      [2, 2],
    ]);
  });
  it("repeatInterleave, contiguous", async () => {
    await expectTensor(Tensor.from([1, 2]).repeatInterleave(2, 0), [1, 1, 2, 2]);
    await expectTensor(a.repeatInterleave(2, 0), [
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
      [4, 5, 6],
    ]);
    await expectTensor(a.transpose(0, 1).contiguous(), [
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });
});

describe("indexing", () => {
  it("slice", async () => {
    await expectTensor(a.slice(1, 1), [
      [2, 3],
      [5, 6],
    ]);
    await expectTensor(a.slice(1, 0, 2), [
      [1, 2],
      [4, 5],
    ]);
    await expectTensor(a.slice(1, -1), [[3], [6]]);
    await expectTensor(a.slice(1, 0, 3, 2), [
      [1, 3],
      [4, 6],
    ]);
    await expectTensor(a.slice(0, 0, 99), [
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
  it("select", async () => {
    await expectTensor(a.select(0, 1), [4, 5, 6]);
    await expectTensor(a.select(1, -1), [3, 6]);
  });
  it("indexSelect", async () => {
    await expectTensor(a.indexSelect(1, [2, 0, 0]), [
      [3, 1, 1],
      [6, 4, 4],
    ]);
    await expectTensor(a.indexSelect(-2, Tensor.from([1], { dtype: "int64" })), [[4, 5, 6]]);
    await expectTensor(a.indexSelect(0, []).sum(), 0);
  });
  it("gather", async () => {
    const index = Tensor.from(
      [
        [2, 0],
        [1, 1],
      ],
      { dtype: "int64" },
    );
    await expectTensor(a.gather(1, index), [
      [3, 1],
      [5, 5],
    ]);
  });
});

describe("mistakes", () => {
  const fails = (code: string) => expect.objectContaining({ name: "AutocircuitError", code });
  it("shapes throw at the call", () => {
    expect(() => a.matmul(a)).toThrow(fails("shape"));
    expect(() => a.reshape([4])).toThrow(fails("shape"));
    expect(() => a.transpose(0, 2)).toThrow(fails("shape"));
    expect(() => a.select(0, 2)).toThrow(fails("shape"));
    expect(() => a.expand([3, 3])).toThrow(fails("shape"));
    expect(() => a.permute([0, 0])).toThrow(fails("shape"));
    expect(() => a.slice(0, 0, 1, 0)).toThrow(fails("shape"));
    expect(() => Tensor.cat([a, Tensor.zeros([2, 2])])).toThrow(fails("shape"));
    expect(() => Tensor.stack([a, Tensor.zeros([2, 2])])).toThrow(fails("shape"));
  });
  it("element types throw at the call", () => {
    expect(() => a.gather(0, Tensor.zeros([1, 1]))).toThrow(fails("dtype"));
    expect(() => a.indexSelect(0, Tensor.zeros([1]))).toThrow(fails("dtype"));
    expect(() => Tensor.where(a, a, a)).toThrow(fails("dtype"));
    expect(() => a.matmul(Tensor.zeros([3, 1], { dtype: "float64" }))).toThrow(fails("dtype"));
  });
  it("an index out of range rejects data(), also of what depends on it", async () => {
    const wrong = a.indexSelect(1, [3]);
    const dependent = wrong.add(1).sum();
    await expect(wrong.data()).rejects.toMatchObject({ code: "bad-input" });
    await expect(dependent.data()).rejects.toThrow(/^indexSelect: .*out of/);
    await expectTensor(a.sum(), 21);
  });
  it("an index out of range of gather", () =>
    expect(a.gather(1, Tensor.full([2, 1], 7, { dtype: "int64" })).data()).rejects.toMatchObject({
      code: "bad-input",
    }));
});
