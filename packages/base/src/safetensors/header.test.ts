import { describe, expect, it } from "vitest";
import { AutocircuitError } from "../errors.ts";
import { headerLength, parseHeader } from "./header.ts";

const encode = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** Parses a header in front of `dataBytes` bytes of data. */
function parse(header: unknown, dataBytes: number) {
  const json = encode(header);
  return parseHeader(json, 8 + json.length + dataBytes, "m.safetensors");
}

function prefix(length: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

describe("headerLength", () => {
  it("reads a little-endian length", () => {
    expect(headerLength(prefix(258n), 1000, "m")).toBe(258);
  });

  it("refuses a length beyond the file, an absurd one, and a file without one", () => {
    expect(() => headerLength(prefix(993n), 1000, "m")).toThrow(
      "m: says its header has 993 bytes, but only 992 follow",
    );
    expect(() => headerLength(prefix(2n ** 63n), 1000, "m")).toThrow("at most 100000000 are allowed");
    const text = (beginning: string) => () => headerLength(new TextEncoder().encode(beginning), 1000, "m");
    expect(text('{"task":')).toThrow("m: is JSON, where a safetensors file is needed");
    expect(text("[\n  [1, ")).toThrow("m: is JSON, ");
    expect(text("GGUF\x03\0\0\0")).toThrow("m: is a GGUF file, ");
    expect(text("PK\x03\x04abcd")).toThrow("m: is a zip file (as PyTorch's are), ");
    expect(() => headerLength(new Uint8Array(3), 3, "m")).toThrow("not a safetensors file: 3 bytes long");
  });
});

describe("parseHeader", () => {
  const a = { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] };
  const b = { dtype: "I64", shape: [], data_offsets: [24, 32] };

  it("gives type, shape and place of every tensor, and the metadata", () => {
    const json = encode({
      __metadata__: { format: "pt" },
      b,
      a,
      none: { dtype: "U8", shape: [0], data_offsets: [32, 32] },
    });
    const { tensors, metadata } = parseHeader(json, 8 + json.length + 32, "m");
    const start = 8 + json.length;
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors.get("a")).toEqual({ name: "a", dtype: "F32", shape: [2, 3], byteOffset: start, bytes: 24 });
    expect(tensors.get("b")).toEqual({ name: "b", dtype: "I64", shape: [], byteOffset: start + 24, bytes: 8 });
    expect(tensors.get("none")?.bytes).toBe(0);
  });

  it("lets tensors be whose type is not read", () => {
    const c = { dtype: "I8", shape: [3], data_offsets: [24, 27] };
    const d = { dtype: "F6_E2M3", shape: [4], data_offsets: [27, 30] };
    const { tensors, unread } = parse({ a, c, d }, 30);
    expect([...tensors.keys()]).toEqual(["a"]);
    expect([...unread]).toEqual([
      ["c", "I8"],
      ["d", "F6_E2M3"],
    ]);
  });

  it("accepts padding behind the JSON", () => {
    expect(parse(`${JSON.stringify({ a })}   `, 24).tensors.size).toBe(1);
  });

  it.each<[string, unknown, number, string]>([
    ["no JSON", "{", 0, "not UTF-8 JSON"],
    ["no object", "[]", 0, "not a JSON object"],
    ["an entry that is no object", { a: 3 }, 0, 'tensor "a": its header entry'],
    ["an unknown type", { a: { ...a, dtype: "Q4" } }, 24, 'tensor "a": type "Q4" is not known; read are F64, F32,'],
    ["a type that Object has", { a: { ...a, dtype: "toString" } }, 24, "is not known"],
    ["a type that is not read, of a wrong size", { a: { ...a, dtype: "I8" } }, 24, "I8 of shape [2, 3] needs 6 bytes"],
    ["half a byte too many", { a: { dtype: "F4", shape: [3], data_offsets: [0, 2] } }, 2, "needs 1.5 bytes"],
    ["a negative size", { a: { ...a, shape: [-2, -3] } }, 24, "shape [-2,-3] is not a list of sizes"],
    ["a fractional size", { a: { ...a, shape: [1.5, 4] } }, 24, "is not a list of sizes"],
    [
      "a wrong size",
      { a: { ...a, shape: [2, 4] } },
      24,
      "F32 of shape [2, 4] needs 32 bytes, but data_offsets give it 24",
    ],
    ["sizes that overflow", { a: { ...a, shape: [2 ** 52, 2 ** 52] } }, 24, "needs"],
    ["one offset", { a: { ...a, data_offsets: [0] } }, 24, "is not a begin and an end"],
    ["an end before the begin", { a: { ...a, data_offsets: [24, 0] } }, 24, "ends at byte 0, before it begins at 24"],
    ["overlap", { a, b: { ...b, data_offsets: [20, 28] } }, 28, 'tensor "b" overlaps tensor "a"'],
    [
      "a hole",
      { a, b: { ...b, data_offsets: [32, 40] } },
      40,
      '8 bytes between tensor "a" and tensor "b" belong to none',
    ],
    ["a hole in front", { b }, 32, '24 bytes between the header and tensor "b"'],
    ["a truncated file", { a, b }, 31, 'tensor "b" ends at byte'],
    ["an oversized file", { a, b }, 40, '8 bytes after tensor "b" belong to no tensor'],
    ["metadata that is not text", { __metadata__: { step: 3 }, a }, 24, 'metadata "step" is not text'],
    ["metadata that is a list", { __metadata__: [], a }, 24, "`__metadata__` is not an object"],
  ])("refuses %s", (_, header, dataBytes, message) => {
    expect(() => parse(header, dataBytes)).toThrow(message);
    expect(() => parse(header, dataBytes)).toThrow(AutocircuitError);
    expect(() => parse(header, dataBytes)).toThrow("m.safetensors: ");
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => parseHeader(Uint8Array.of(0x7b, 0xff, 0x7d), 11, "m")).toThrow("not UTF-8 JSON");
  });
});
