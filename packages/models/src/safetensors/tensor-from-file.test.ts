import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory } from "@autocircuit/native";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostTensor } from "./encode.ts";
import { SafetensorsFile } from "./safetensors-file.ts";
import { tensorFromFile } from "./tensor-from-file.ts";
import { writeSafetensors } from "./write.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("tensorFromFile", () => {
  it.each<[string, HostTensor]>([
    ["float64", { dtype: "F64", shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
    ["float32", { dtype: "F32", shape: [1, 2], data: Float32Array.of(0.5, -3) }],
    ["float16", { dtype: "F16", shape: [2], data: Float32Array.of(0.5, -3) }],
    ["bfloat16", { dtype: "BF16", shape: [2], data: Float32Array.of(0.5, -3) }],
    ["int64", { dtype: "I64", shape: [2], data: BigInt64Array.of(2n ** 62n, -1n) }],
    ["int32", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
    ["uint8", { dtype: "U8", shape: [2], data: Uint8Array.of(0, 255) }],
    ["bool", { dtype: "BOOL", shape: [2], data: Uint8Array.of(0, 1) }],
  ])("loads %s as it is stored, and it is written as it was loaded", async (dtype, stored) => {
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, { stored });
    await using file = await SafetensorsFile.open(path);
    using tensor = await tensorFromFile(file, "stored");
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.shape).toEqual(stored.shape);
    expect(await tensor.data()).toEqual(stored.data);
    const copy = join(folder, "copy.safetensors");
    await writeSafetensors(copy, { stored: tensor });
    await using again = await SafetensorsFile.open(copy);
    expect(await again.read("stored")).toEqual(await file.read("stored"));
  });

  it("maps the file: no copy, whatever comes before the values", async () => {
    const data = Float32Array.from({ length: 1 << 18 }, (_, i) => i / 3);
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, {
      first: { dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) },
      big: { dtype: "F32", shape: [512, 512], data },
    });
    await using file = await SafetensorsFile.open(path);
    const before = (await memory()).tensorBytes;
    using big = await tensorFromFile(file, "big");
    using first = await tensorFromFile(file, "first");
    expect((await memory()).tensorBytes - before).toBeLessThan(1024);
    expect(await big.data()).toEqual(data);
    expect(await first.toArray()).toEqual([1, 2, 3]);
    using sum = big.sum();
    expect(await sum.item()).toBeCloseTo((2 ** 18 * (2 ** 18 - 1)) / 6, -4);
  });

  it("reads values that do not lie at a multiple of their size", async () => {
    const header = JSON.stringify({ odd: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
    const padded = header.padEnd(header.length + ((5 - (header.length % 4)) % 4), " ");
    const path = join(folder, "odd.safetensors");
    const bytes = Buffer.alloc(8 + padded.length + 8);
    bytes.writeBigUInt64LE(BigInt(padded.length));
    bytes.write(padded, 8);
    bytes.writeFloatLE(0.25, 8 + padded.length);
    bytes.writeFloatLE(-4, 12 + padded.length);
    await writeFile(path, bytes);
    await using file = await SafetensorsFile.open(path);
    expect(file.info("odd").byteOffset % 4).not.toBe(0);
    using odd = await tensorFromFile(file, "odd");
    expect(await odd.toArray()).toEqual([0.25, -4]);
  });

  it("refuses a file that has become shorter, or is gone, since it was opened", async () => {
    const path = join(folder, "m.safetensors");
    await writeSafetensors(path, { stored: { dtype: "F32", shape: [4], data: Float32Array.of(1, 2, 3, 4) } });
    await using file = await SafetensorsFile.open(path);
    await truncate(path, file.info("stored").byteOffset + 8);
    await expect(tensorFromFile(file, "stored")).rejects.toThrow(/m.safetensors: ends before byte \d+/);
    await rm(path);
    await expect(tensorFromFile(file, "stored")).rejects.toThrow("m.safetensors: cannot be opened");
  });
});
