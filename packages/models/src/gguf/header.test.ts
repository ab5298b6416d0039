import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  f32,
  floats,
  type GgufValue,
  ggufBytes,
  numbers,
  text,
  texts,
  u32,
  type WrittenTensor,
} from "../../test/gguf-bytes.ts";
import { GgufFile, isGguf } from "./gguf-file.ts";
import { parseGgufHeader } from "./header.ts";

const metadata: Readonly<Record<string, GgufValue>> = {
  "general.architecture": text("llama"),
  "a.number": { type: "u64", value: 2 ** 40 },
  "a.share": f32(0.5),
  "a.list": numbers("i32", [1, -2, 3]),
  "some.texts": texts(["", "ä", "b"]),
  "lists.of.lists": { type: "list", of: "list", values: [texts(["x"]), numbers("u32", [7])] },
};
const values = Float32Array.of(1, -2, 3.5, 0, 5, 6);
const tensors: readonly WrittenTensor[] = [
  floats("a", [2, 3], values),
  { name: "b", shape: [2, 32], type: 8, bytes: new Uint8Array(68) },
  { name: "c", shape: [256], type: 16, bytes: new Uint8Array(66) },
];
const whole = ggufBytes(metadata, tensors);
const parse = (bytes: Uint8Array, size = bytes.length) => parseGgufHeader(bytes, size, "x.gguf");

describe("a header", () => {
  it("gives metadata and tensors, wherever the bytes that were read end", () => {
    const header = parse(whole)!;
    expect(header.version).toBe(3);
    expect(Object.fromEntries(header.metadata)).toEqual({
      "general.architecture": "llama",
      "a.number": 2 ** 40,
      "a.share": 0.5,
      "a.list": Int32Array.of(1, -2, 3),
      "some.texts": ["", "ä", "b"],
      "lists.of.lists": [["x"], Uint32Array.of(7)],
    });
    expect(header.tensors.get("a")).toMatchObject({ shape: [2, 3], size: 6, type: "F32", bytes: 24 });
    expect(header.tensors.get("b")).toMatchObject({ shape: [2, 32], type: "Q8_0", bytes: 68 });
    expect(header.tensors.get("c")).toMatchObject({ type: "IQ2_XXS", blocks: undefined });
    for (const { byteOffset } of header.tensors.values()) expect(byteOffset % 32).toBe(0);
    const end = header.tensors.get("a")!.byteOffset;
    for (let length = 0; length < end - 32; length++)
      expect(parse(whole.subarray(0, length), whole.length)).toBeUndefined();
    expect(parse(whole.subarray(0, end), whole.length)).toEqual(header);
  });

  it("that is cut off anywhere is refused", () => {
    const end = parse(whole)!.tensors.get("b")!.byteOffset + 68;
    for (let length = 0; length < end; length++)
      expect(() => parse(whole.subarray(0, length)), `${length} bytes`).toThrow(/x\.gguf: /);
  });

  const huge = 10 ** 9;
  it.each<[string, Buffer, RegExp]>([
    [
      "another kind of file",
      Buffer.from("PK\u0003\u0004 and so on"),
      /is not a GGUF file: it does not begin with GGUF/,
    ],
    ["an empty file", Buffer.alloc(0), /is not a GGUF file/],
    [
      "version 1",
      ggufBytes(metadata, tensors, { version: 1 }),
      /is of version 1 of the format; versions 2 and 3 are read/,
    ],
    ["big-endian numbers", ggufBytes(metadata, tensors, { version: 3 << 24 }), /big-endian order, which is not read/],
    [
      "10^9 tensors",
      ggufBytes(metadata, tensors, { tensorCount: huge }),
      /declares 1000000000 tensors; at most 1048576/,
    ],
    [
      "more tensors than it has room for",
      ggufBytes({}, [], { tensorCount: 5 }),
      /declares 5 tensors, but only \d+ bytes are left/,
    ],
    ["10^9 entries", ggufBytes(metadata, tensors, { entryCount: huge }), /declares 1000000000 entries of metadata/],
    [
      "a tensor twice",
      ggufBytes({}, [tensors[0]!, tensors[0]!]),
      /declares tensor "a" twice \(at byte \d+\)\. It was written wrongly: convert/,
    ],
    [
      "an entry twice",
      Buffer.concat([
        ggufBytes({ k: u32(1) }, [], { entryCount: 2 }).subarray(0, 41),
        u64Bytes(1),
        Buffer.from("k"),
        Buffer.alloc(40),
      ]),
      /has the entry "k" twice \(at byte \d+\)\. It was written wrongly/,
    ],
    ["5 dimensions", ggufBytes({}, [floats("a", [1, 1, 1, 1, 6], values)]), /tensor "a" has 5 dimensions; at most 4/],
    ["a shape of 2^60", ggufBytes({}, [floats("a", [2 ** 30, 2 ** 30], values)]), /which no file could hold/],
    ["a tensor beyond the file", ggufBytes({}, [floats("a", [600], values)]), /ends \d+ bytes before tensor "a" does/],
    [
      "a file that is one byte short",
      ggufBytes({}, [floats("a", [8], values)]).subarray(0, -1),
      /ends 1 byte before tensor "a" does/,
    ],
    ["an offset beyond the file", ggufBytes({}, [{ ...tensors[0]!, offset: 2 ** 52 }]), /bytes before tensor "a" does/],
    [
      "an offset beyond all files",
      ggufBytes({}, [{ ...tensors[0]!, offset: 2 ** 62 }]),
      /tensor "a" lies at offset about 4\.61e\+18, which no file reaches\.$/,
    ],
    ["2^63 tensors", ggufBytes({}, [], { tensorCount: 2 ** 63 }), /declares about 9\.22e\+18 tensors/],
    [
      "a tensor of a long name",
      ggufBytes({}, [{ ...tensors[0]!, name: "n".repeat(60_000), offset: 4 }]),
      /^x\.gguf: tensor "n{99}…" \(60,000 characters\) lies at offset 4, which is no multiple of 32\.$/,
    ],
    [
      "an offset that is not aligned",
      ggufBytes({}, [{ ...tensors[0]!, offset: 4 }]),
      /offset 4, which is no multiple of 32/,
    ],
    [
      "tensors on each other",
      ggufBytes({}, [tensors[0]!, { ...tensors[1]!, offset: 0 }]),
      /tensors "a" and "b" overlap/,
    ],
    [
      "rows of half a block",
      ggufBytes({}, [{ ...tensors[1]!, shape: [4, 16] }]),
      /rows of 16 numbers, which Q8_0 cannot: .* \(at byte \d+\)\. It was written wrongly: convert/,
    ],
    [
      "an alignment that is a list",
      ggufBytes({ "general.alignment": numbers("u32", new Array(5000).fill(1)) }, []),
      /`general\.alignment` is a list of 5,000 numbers, which is no power of two/,
    ],
    ["an odd alignment", ggufBytes({ "general.alignment": u32(24) }, []), /is 24, which is no power of two/],
    [
      "an alignment that is text",
      ggufBytes({ "general.alignment": text("32") }, []),
      /is "32", which is no power of two/,
    ],
  ])("with %s is refused", (_name, bytes, message) => {
    expect(() => parse(bytes)).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, number[], RegExp]>([
    ["a text of 10^9 bytes", [8, huge], /ends \d+ bytes before the text of "k" does/],
    ["10^9 numbers", [9, 4, huge], /declares 1000000000 elements of "k"; at most 16777216/],
    ["10^7 texts", [9, 8, 10 ** 7], /declares 10000000 elements of "k"; at most 4194304/],
    ["more numbers than it has room for", [9, 12, 1000], /declares 1000 elements of "k", but only \d+ bytes are left/],
    ["a type of 99", [99, 0], /gives "k" the type 99, which the format does not have/],
    ["a list of type 99", [9, 99, 1], /gives "k" the type 99/],
  ])("whose metadata declare %s is refused", (_name, [type, ...rest], message) => {
    // A list says its type in 32 bits and its length in 64, a text its length in 64.
    const fields = type === 9 ? [u32Bytes(rest[0]!), u64Bytes(rest[1]!)] : [u64Bytes(rest[0]!)];
    const start = ggufBytes({}, [], { entryCount: 1 }).subarray(0, 24);
    const entry = [u64Bytes(1), Buffer.from("k"), u32Bytes(type!), ...fields];
    expect(() => parse(Buffer.concat([start, ...entry, Buffer.alloc(64)]))).toThrow(message);
  });

  it("nests lists only so deep", () => {
    let value: GgufValue = u32(1);
    for (let depth = 0; depth < 200; depth++) value = { type: "list", of: value.type, values: [value] };
    expect(() => parse(ggufBytes({ k: value }, []))).toThrow(/nests lists in "k" more than 3 deep/);
  });
});

function u64Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function u32Bytes(value: number): Buffer {
  return u64Bytes(value).subarray(0, 4);
}

describe("GgufFile", () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "autocircuit-"));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it("reads tensors, and is known by its name or its beginning", async () => {
    const path = join(scratch, "sha256-0123");
    await writeFile(path, whole);
    expect([isGguf(path), isGguf(scratch), isGguf(join(scratch, "none.gguf"))]).toEqual([true, false, false]);
    await writeFile(join(scratch, "empty.GGUF"), "");
    await writeFile(join(scratch, "empty"), "");
    expect([isGguf(join(scratch, "empty.GGUF")), isGguf(join(scratch, "empty"))]).toEqual([true, false]);
    await using file = await GgufFile.open(path);
    expect(await file.read("a")).toEqual(values);
    expect(await file.read("b")).toEqual(new Float32Array(64));
    await expect(file.read("c")).rejects.toThrow(/stores c as IQ2_XXS; types that are read are F32, F16, Q4_0/);
    await expect(file.read("d")).rejects.toMatchObject({ code: "unknown-name" });
    await expect(file.read("a", AbortSignal.abort())).rejects.toThrow();
  });

  it("finds headers longer than what is read first", async () => {
    const path = join(scratch, "long.gguf");
    const long = Array.from({ length: 300_000 }, (_, i) => `token number ${i}`);
    await writeFile(path, ggufBytes({ "tokenizer.ggml.tokens": texts(long) }, tensors));
    await using file = await GgufFile.open(path);
    expect(file.metadata.strings("tokenizer.ggml.tokens")).toEqual(long);
    expect(await file.read("a")).toEqual(values);
  });

  it("names a missing file, one of several parts, and one that becomes shorter", async () => {
    await expect(GgufFile.open(join(scratch, "none.gguf"))).rejects.toMatchObject({ code: "not-found" });
    const path = join(scratch, "part.gguf");
    await writeFile(path, ggufBytes({ "split.count": u32(3) }, tensors));
    await expect(GgufFile.open(path)).rejects.toThrow(/is one of 3 parts\. Join them: llama-gguf-split --merge/);
    await writeFile(path, ggufBytes({}, tensors.slice(0, 1)));
    await using file = await GgufFile.open(path);
    await truncate(path, file.tensors.get("a")!.byteOffset + 20);
    await expect(file.read("a")).rejects.toThrow(/ends 4 bytes too early/);
  });
});
