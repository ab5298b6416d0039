import { describe, expect, it } from "vitest";
import { parseNpyHeader } from "./npy-header.ts";

/** The beginning of an array, as NumPy writes it. */
function header(dictionary: string, version = 1): Uint8Array {
  const text = `${dictionary}\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.from([version, 0]), length, Buffer.from(text)]);
}

describe("parseNpyHeader", () => {
  it.each([1, 2, 3])("reads version %i", (version) => {
    const bytes = header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", version);
    expect(parseNpyHeader(bytes, "a.npy")).toEqual({
      dtype: "F32",
      shape: [2, 3],
      fortranOrder: false,
      dataStart: bytes.length,
    });
  });

  it("reads vectors, scalars and columns", () => {
    const shapeOf = (shape: string) =>
      parseNpyHeader(header(`{'descr': '<f2', 'fortran_order': True, 'shape': ${shape}, }`), "a.npy");
    expect(shapeOf("(5,)")).toMatchObject({ dtype: "F16", shape: [5], fortranOrder: true });
    expect(shapeOf("()").shape).toEqual([]);
    expect(shapeOf("(0, 7)").shape).toEqual([0, 7]);
  });

  it.each([
    ["arrays of objects", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", /type \|O/],
    ["the other byte order", "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", /type >f4/],
    ["structures", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", /not one that NumPy writes/],
    ["negative sizes", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", /not one that NumPy writes/],
    ["code", "__import__('os').getcwd()", /not one that NumPy writes/],
  ])("refuses %s", (_, dictionary, message) => {
    expect(() => parseNpyHeader(header(dictionary), "a.npy")).toThrow(message);
  });

  it("refuses what is cut short or no array", () => {
    const whole = header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
    expect(() => parseNpyHeader(whole.subarray(0, 40), "a.npy")).toThrow("Truncated download?");
    expect(() => parseNpyHeader(whole.subarray(0, 5), "a.npy")).toThrow("is no .npy array");
    expect(() => parseNpyHeader(Buffer.alloc(100), "a.npy")).toThrow("is no .npy array");
  });
});
