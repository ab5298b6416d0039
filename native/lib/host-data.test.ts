import { describe, expect, it } from "vitest";
import { flatten, hostData, nest } from "./host-data.ts";

describe("hostData", () => {
  it("infers shape and element type", () => {
    expect(
      hostData([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: "float32" });
    expect(hostData(new Int32Array([1]))).toEqual({ data: new Int32Array([1]), shape: [1], dtype: "int32" });
  });
  it("refuses numbers that do not fit", () => {
    expect(() => hostData([1.5], { dtype: "int64" })).toThrow("1.5 is not a whole number");
    expect(() => hostData([256], { dtype: "uint8" })).toThrow("256 does not fit uint8");
    expect(() => hostData([-(2 ** 31) - 1], { dtype: "int32" })).toThrow(/does not fit int32/);
    expect(() => hostData([Number.NaN], { dtype: "int64" })).toThrow(expect.objectContaining({ code: "dtype" }));
  });
  it("refuses other data", () => {
    for (const wrong of ["text", null, undefined, new Date(), new Uint16Array(2), new DataView(new ArrayBuffer(2))]) {
      expect(() => hostData(wrong as never)).toThrow(expect.objectContaining({ code: "bad-input" }));
    }
    expect(() => hostData(["a"] as never)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});

describe("flatten and nest", () => {
  it("are inverse", () => {
    const nested = [
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ];
    const { values, shape } = flatten(nested);
    expect(shape).toEqual([3, 2, 1]);
    expect(nest(Float32Array.from(values), shape)).toEqual(nested);
    expect(nest(new Float32Array([3]), [])).toBe(3);
    expect(nest(new Float32Array(0), [2, 0])).toEqual([[], []]);
  });
  it("refuse ragged lists", () => {
    for (const ragged of [
      [[1, 2], [3]],
      [1, [2]],
      [[1], 2],
      [[[1]], [[1, 2]]],
    ]) {
      expect(() => flatten(ragged)).toThrow(expect.objectContaining({ code: "shape" }));
    }
  });
});
