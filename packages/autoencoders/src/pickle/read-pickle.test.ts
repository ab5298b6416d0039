import { describe, expect, it } from "vitest";
import { readPickle } from "./read-pickle.ts";
import { TensorView, Tuple } from "./values.ts";

/** A pickle of protocol 2 from instructions, each a text of single bytes or bytes. */
const pickle = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from([
    0x80,
    2,
    ...parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)),
  ]);
const read = (...parts: readonly (string | readonly number[])[]) => readPickle(pickle(...parts), "data.pkl");
const text = (value: string) => ["X", [value.length, 0, 0, 0], value] as const;

describe("readPickle", () => {
  it("reads plain containers, numbers and texts", () => {
    const value = read(
      "}",
      "(",
      ...text("a"),
      "J",
      [0xff, 0xff, 0xff, 0xff],
      ...text("b"),
      "](NG",
      [0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
      "\x88e",
      "u.",
    );
    expect(value).toEqual(
      new Map<string, unknown>([
        ["a", -1],
        ["b", [null, 1.5, true]],
      ]),
    );
    expect(read("K", [1], "K", [2], "\x86.")).toEqual(new Tuple([1, 2]));
    expect(read("\x8a", [2, 0, 1], ".")).toBe(256);
    expect(read("\x8a", [0], ".")).toBe(0);
    expect(read("\x8a", [1, 0xff], ".")).toBe(-1);
  });

  it("remembers values", () => {
    expect(read("]q", [7], "h", [7], "\x86.")).toEqual(new Tuple([[], []]));
    expect(() => read("h", [7], ".")).toThrow("data.pkl: refers to value 7, which it has not made.");
  });

  it("describes a tensor without making one", () => {
    const storage = [
      "((",
      ...text("storage"),
      "ctorch\nHalfStorage\n",
      ...text("3"),
      ...text("cuda:0"),
      "K",
      [6],
      "tQ",
    ] as const;
    const value = read(
      "ctorch._utils\n_rebuild_tensor_v2\n",
      ...storage,
      "K",
      [1],
      "K",
      [2],
      "K",
      [2],
      "\x86K",
      [2],
      "K",
      [1],
      "\x86\x89",
      "ccollections\nOrderedDict\n)R",
      "tR.",
    );
    expect(value).toEqual(new TensorView({ key: "3", dtype: "F16", size: 6 }, 1, [2, 2], [2, 1]));
  });

  it.each([
    [
      "a foreign name",
      ["cos\nsystem\n."],
      /refers to "os\.system", which a file of tensors does not need: nothing in it is run/,
    ],
    ["a name by two texts", [...text("os"), ...text("system"), "\x93."], /the instruction STACK_GLOBAL at byte 20/],
    ["an object", ["(i__main__\nX\n."], /the instruction INST/],
    ["an instruction that is none", ["\xfe."], /the instruction 0xfe at byte 2/],
    ["a call of a storage class", ["ctorch\nFloatStorage\n)R."], /has a call of torch\.FloatStorage/],
    ["a call of a value", ["K", [1], ")R."], /has a call of what is no name/],
    [
      "a dictionary with arguments",
      ["ccollections\nOrderedDict\nK", [1], "\x85R."],
      /has a call of collections\.OrderedDict/,
    ],
    ["a state for a list", ["]}b."], /sets the state of what is no dictionary/],
    ["nothing to take", ["a."], /takes a value that is not there/],
    ["no mark", ["t."], /takes values since a mark that is not there/],
    ["a mark in between", ["](a."], /takes a value that is not there/],
    ["a key that is a list", ["}]Ns."], /a key that is neither text nor number/],
    ["an odd number of entries", ["}(Nu."], /sets entries of what is no dictionary/],
    ["more than one value", ["NN."], /leaves values on its stack/],
    ["no value", ["."], /leaves values on its stack/],
    ["a text beyond the end", ["X", [255, 255, 255, 255], "a."], /ends in the middle/],
    ["no end", ["N"], /ends in the middle/],
    ["a number beyond 2^53", ["\x8a", [8, 0, 0, 0, 0, 0, 0, 0, 0x40], "."], /whole number beyond 2\^53/],
    ["a storage that is none", ["NQ."], /refers to a storage in a form that is not known/],
  ])("refuses %s", (_, parts, message) => {
    expect(() => read(...(parts as string[]))).toThrow(expect.objectContaining({ code: "bad-file" }));
    expect(() => read(...(parts as string[]))).toThrow(message);
  });

  it("refuses depth before it costs anything", () => {
    expect(() => read("]".repeat(50_000), "a".repeat(49_999), ".")).toThrow(/nests or collects more than 10000 values/);
    expect(() => read("(".repeat(50_000), ".")).toThrow(/nests or collects/);
  });

  it("is of protocol 2", () => {
    expect(() => readPickle(Uint8Array.of(0x80, 4, 0x4e, 0x2e), "data.pkl")).toThrow("is of protocol 4");
    expect(() => readPickle(Uint8Array.of(0x4e, 0x2e), "data.pkl")).toThrow("is no pickle of protocol 2");
    expect(() => readPickle(new Uint8Array(0), "data.pkl")).toThrow("ends in the middle");
  });
});
