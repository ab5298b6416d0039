import { describe, expect, it } from "vitest";
import { expectTensor } from "../test/expect-tensor.ts";
import { Tensor } from "./tensor.ts";

describe("Tensor.from", () => {
  it("makes float32 from numbers", () =>
    expectTensor(
      Tensor.from([
        [1, 2.5],
        [3, -4],
      ]),
      [
        [1, 2.5],
        [3, -4],
      ],
    ));
  it("makes a scalar from a number", () => expectTensor(Tensor.from(7), 7));
  it("keeps the element type of typed arrays", async () => {
    await expectTensor(Tensor.from(new Float32Array([1, 2])), [1, 2], "float32");
    await expectTensor(Tensor.from(new Float64Array([1, 2])), [1, 2], "float64");
    await expectTensor(Tensor.from(new BigInt64Array([1n, -2n])), [1, -2], "int64");
    await expectTensor(Tensor.from(new Int32Array([1, -2])), [1, -2], "int32");
    await expectTensor(Tensor.from(new Uint8Array([1, 255])), [1, 255], "uint8");
  });
  it("gives a typed array a shape", () =>
    expectTensor(
      Tensor.from(new Int32Array([1, 2, 3, 4]), { shape: [2, 2] }),
      [
        [1, 2],
        [3, 4],
      ],
      "int32",
    ));
  it("converts to every element type", async () => {
    for (const dtype of ["float64", "bfloat16", "float16", "int64", "int32", "uint8"] as const) {
      await expectTensor(Tensor.from([0, 1, 2], { dtype }), [0, 1, 2], dtype);
    }
    await expectTensor(Tensor.from([0, 1, 2], { dtype: "bool" }), [0, 1, 1], "bool");
  });
  it("copies: later changes of the array do not show", async () => {
    const data = new Float32Array([1, 2]);
    const tensor = Tensor.from(data);
    data[0] = 9;
    await expectTensor(tensor, [1, 2]);
  });
  it("reads a view of a larger buffer", () =>
    expectTensor(Tensor.from(new Float32Array([0, 1, 2, 3]).subarray(1, 3)), [1, 2]));
  it("keeps integers beyond 2^53", async () => {
    const big = 2n ** 62n + 1n;
    expect((await Tensor.from(new BigInt64Array([big])).data())[0]).toBe(big);
  });
  it("makes empty tensors", async () => {
    const empty = Tensor.from([[], []]);
    expect(empty.shape).toEqual([2, 0]);
    expect(await empty.toArray()).toEqual([[], []]);
  });
  it("hands large data over", async () => {
    const data = Float32Array.from({ length: 100_000 }, (_, i) => i);
    const back = await Tensor.from(data).data();
    expect(back.constructor.name).toBe("Float32Array");
    expect(Buffer.compare(Buffer.from(back.buffer), Buffer.from(data.buffer))).toBe(0);
  });
});

describe("Tensor makers", () => {
  it("zeros, ones, full", async () => {
    await expectTensor(Tensor.zeros([2, 1]), [[0], [0]]);
    await expectTensor(Tensor.ones([2], { dtype: "int64" }), [1, 1], "int64");
    await expectTensor(Tensor.full([], 1.5, { dtype: "float64" }), 1.5, "float64");
    await expectTensor(Tensor.full([2], 1, { dtype: "bool" }), [1, 1], "bool");
  });
  it("arange", async () => {
    await expectTensor(Tensor.arange(3), [0, 1, 2], "int64");
    await expectTensor(Tensor.arange(3, { dtype: "float32" }), [0, 1, 2]);
  });
  it("cat", async () => {
    const [a, b] = [Tensor.from([[1, 2]]), Tensor.from([[3, 4]])];
    await expectTensor(Tensor.cat([a, b]), [
      [1, 2],
      [3, 4],
    ]);
    await expectTensor(Tensor.cat([a, b], -1), [[1, 2, 3, 4]]);
  });
  it("stack", async () => {
    const [a, b] = [Tensor.from([1, 2]), Tensor.from([3, 4])];
    await expectTensor(Tensor.stack([a, b]), [
      [1, 2],
      [3, 4],
    ]);
    await expectTensor(Tensor.stack([a, b], 1), [
      [1, 3],
      [2, 4],
    ]);
  });
  it("where", async () => {
    const condition = Tensor.from([1, 0], { dtype: "bool" });
    await expectTensor(Tensor.where(condition, Tensor.from([1, 2]), Tensor.from([[3, 4]])), [[1, 4]]);
    await expectTensor(Tensor.where(condition, Tensor.from([1, 2], { dtype: "float64" }), 9.5), [1, 9.5], "float64");
    await expectTensor(Tensor.where(condition, 7, Tensor.from([3, 4], { dtype: "int64" })), [7, 4], "int64");
    await expectTensor(Tensor.where(condition, 7.5, Tensor.from([3, 4], { dtype: "int64" })), [7.5, 4]);
    await expectTensor(Tensor.where(condition, 1, 2), [1, 2]);
  });
});

describe("Tensor conversions", () => {
  it("to", async () => {
    await expectTensor(Tensor.from([1.75, -1.75]).to("int64"), [1, -1], "int64");
    await expectTensor(Tensor.from([0, 2]).to("bool"), [0, 1], "bool");
    await expectTensor(Tensor.from([1.00390625]).to("bfloat16"), [1], "bfloat16");
    await expectTensor(Tensor.from([1.5]).to("float32"), [1.5]);
  });
  it("clone and detach", async () => {
    await expectTensor(Tensor.from([1, 2]).clone(), [1, 2]);
    const leaf = Tensor.from([1, 2]).requireGrad();
    expect([leaf.requiresGrad, leaf.mul(2).requiresGrad, leaf.detach().requiresGrad]).toEqual([true, true, false]);
    await expectTensor(leaf.detach(), [1, 2]);
  });
  it("item", async () => {
    expect(await Tensor.from([[4]]).item()).toBe(4);
    expect(await Tensor.from([3], { dtype: "int64" }).item()).toBe(3);
    await expect(Tensor.from([1, 2]).item()).rejects.toMatchObject({ code: "shape" });
  });
  it("knows size and shape at once", () => {
    const product = Tensor.zeros([4, 2, 3]).matmul(Tensor.zeros([3, 5]));
    expect([product.shape, product.size]).toEqual([[4, 2, 5], 40]);
  });
});

describe("what callers without types get wrong", () => {
  const a = Tensor.from([1, 2]);
  const untyped = (value: unknown) => value as Tensor;
  it("is refused by the name of the argument or the operation", () => {
    expect(() => a.add(untyped("1"))).toThrow(/add: the operand must be a Tensor, but it is the text "1"/);
    expect(() => a.gather(0, untyped({}))).toThrow(/gather: the operand must be a Tensor, but it is an object/);
    expect(() => Tensor.cat([a, untyped(1)])).toThrow(/Tensor.cat: `tensors` must be a list, each entry a Tensor/);
    expect(() => Tensor.zeros([2], { dtyp: "int64" } as object)).toThrow(/no option `dtyp`. Did you mean dtype\?/);
    expect(() => Tensor.full([1.5], 0)).toThrow(/Tensor.full: `shape` must be a list/);
  });
  it("is a matter of element types where a number is outside of their range", async () => {
    for (const wrong of [() => a.clamp(-1e39), () => Tensor.full([1], 1e300)]) {
      await expect((async () => wrong().data())()).rejects.toMatchObject({ code: "dtype" });
    }
  });
});

describe("Tensor.dispose", () => {
  it("lets operations that were called before finish", async () => {
    const a = Tensor.from([1, 2]);
    const b = a.add(1);
    a.dispose();
    a.dispose();
    expect(a.disposed).toBe(true);
    await expectTensor(b, [2, 3]);
  });
  it("refuses later use", async () => {
    const a = Tensor.from([1, 2]);
    const b = Tensor.from([1, 2]);
    a[Symbol.dispose]();
    expect(() => a.add(1)).toThrow(expect.objectContaining({ code: "disposed" }));
    expect(() => b.add(a)).toThrow(/operand 2 was disposed/);
    await expect(a.data()).rejects.toMatchObject({ code: "disposed" });
  });
});
